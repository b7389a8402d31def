/** What is accepted in a pod and advised against? pkg/api/pod/warnings.go. */
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { isRaw, type Raw, raw, rawList, text } from './checks.ts';

const deprecatedLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

const appArmor = 'container.apparmor.security.beta.kubernetes.io/';
const seccomp = 'seccomp.security.alpha.kubernetes.io/';

/** `at` is the place of the pod or template: '' for a pod, `spec.template` for a template. */
export function podWarnings(pod: Raw, at: string): string[] {
  const spec = raw(pod['spec']);
  const place = at === '' ? 'spec' : `${at}.spec`;
  const labels = Object.entries(deprecatedLabels).filter(([label]) => raw(spec['nodeSelector'])[label] !== undefined);
  const grace = spec['terminationGracePeriodSeconds'];
  const negative = `${place}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`;
  return [
    ...labels.map(([label, why]) => `${place}.nodeSelector[${label}]: ${why}`),
    ...selectorWarnings(spec, place),
    ...volumeWarnings(spec, place),
    ...rawList(spec['imagePullSecrets']).flatMap(({ name }, index) =>
      text(name) === '' ? [`${place}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
    ...containerWarnings(spec, place),
    ...annotationWarnings(raw(pod['metadata']), at === '' ? 'metadata' : `${at}.metadata`),
    ...(typeof grace === 'number' && grace < 0 ? [negative] : []),
  ];
}

/** A term without a selector selects no pod at all. */
function selectorWarnings(spec: Raw, place: string): string[] {
  const why = 'a null labelSelector results in matching no pod';
  const lists: (readonly [string, readonly Raw[]])[] = ['podAffinity', 'podAntiAffinity'].flatMap((name) => {
    const affinity = raw(raw(spec['affinity'])[name]);
    const field = `${place}.affinity.${name}`;
    const preferred = rawList(affinity['preferredDuringSchedulingIgnoredDuringExecution']);
    return [
      [
        `${field}.requiredDuringSchedulingIgnoredDuringExecution[#]`,
        rawList(affinity['requiredDuringSchedulingIgnoredDuringExecution']),
      ] as const,
      [
        `${field}.preferredDuringSchedulingIgnoredDuringExecution[#].podAffinityTerm`,
        preferred.map((term) => raw(term['podAffinityTerm'])),
      ] as const,
    ];
  });
  lists.push([`${place}.topologySpreadConstraints[#]`, rawList(spec['topologySpreadConstraints'])]);
  return lists.flatMap(([field, terms]) =>
    terms.flatMap((term, index) =>
      isRaw(term['labelSelector']) ? [] : [`${field.replace('#', String(index))}.labelSelector: ${why}`],
    ),
  );
}

function volumeWarnings(spec: Raw, place: string): string[] {
  return rawList(spec['volumes']).flatMap((volume, index) =>
    volume['gitRepo'] === undefined
      ? []
      : [`${place}.volumes[${index}].gitRepo: deprecated in v1.11, and disabled by default in v1.33+`],
  );
}

function annotationWarnings(metadata: Raw, place: string): string[] {
  return Object.keys(raw(metadata['annotations'])).flatMap((key) => {
    const field = `${place}.annotations[${key}]`;
    if (key.startsWith(appArmor)) return [`${field}: deprecated since v1.30; use the "appArmorProfile" field instead`];
    if (key.startsWith(seccomp)) return [`${field}: non-functional in v1.27+; use the "seccompProfile" field instead`];
    if (key === 'scheduler.alpha.kubernetes.io/critical-pod')
      return [`${field}: non-functional in v1.16+; use the "priorityClassName" field instead`];
    return [];
  });
}

function containerWarnings(spec: Raw, place: string): string[] {
  const ports = new Map<string, string>();
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    rawList(spec[list]).flatMap((container, index) => {
      const here = `${place}.${list}[${index}]`;
      return [
        ...fractionWarnings(raw(container['resources']), here),
        ...environmentWarnings(container, here),
        ...(list === 'containers' ? portWarnings(container, here, ports) : []),
      ];
    }),
  );
}

function fractionWarnings(resources: Raw, place: string): string[] {
  return ['limits', 'requests'].flatMap((list) =>
    ['memory', 'ephemeral-storage'].flatMap((name) => {
      const value = raw(resources[list])[name];
      if (value === undefined || Number.isInteger(quantityToNumber(text(value)))) return [];
      const shown = JSON.stringify(value);
      return [`${place}.resources.${list}[${name}]: fractional byte value ${shown} is invalid, must be an integer`];
    }),
  );
}

function environmentWarnings(container: Raw, place: string): string[] {
  const seen = new Set<string>();
  return rawList(container['env']).flatMap((variable, index) => {
    const name = text(variable['name']);
    const known = seen.has(name);
    seen.add(name);
    return known
      ? [
          `${place}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
        ]
      : [];
  });
}

/** The same port twice in a pod: only one of them can listen. */
function portWarnings(container: Raw, place: string, seen: Map<string, string>): string[] {
  return rawList(container['ports']).flatMap((port, index) => {
    const key = `${text(port['hostIP'])}/${text(port['hostPort'])}/${text(port['containerPort'])}/${text(port['protocol'])}`;
    const here = `${place}.ports[${index}]`;
    const before = seen.get(key);
    if (before === undefined) seen.set(key, here);
    return before === undefined ? [] : [`${here}: duplicate port definition with ${before}`];
  });
}
