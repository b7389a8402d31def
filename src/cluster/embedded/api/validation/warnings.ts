/** What does the server accept and advise against? Texts of `Warning:` headers (pkg/api/pod/warnings.go and its like). */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { ResourceId } from '../machinery.ts';
import { type Raw, raw, rawList, text } from './checks.ts';
import { dnsLabelProblems } from './names.ts';

/** For a create or update. */
export function warningsOf(id: ResourceId, object: KubeObject): readonly string[] {
  const spec = raw(object['spec']);
  switch (id) {
    case 'pods':
      return [
        ...hostnameWarnings(object.metadata.name ?? '', "used in the Pod's hostname"),
        ...podWarnings(spec, 'spec'),
      ];
    case 'deployments.apps':
    case 'replicasets.apps':
    case 'daemonsets.apps':
    case 'statefulsets.apps':
    case 'replicationcontrollers':
      return podWarnings(raw(raw(spec['template'])['spec']), 'spec.template.spec');
    case 'jobs.batch':
      return [
        ...hostnameWarnings(object.metadata.name ?? '', 'used in Pod names and hostnames'),
        ...podWarnings(raw(raw(spec['template'])['spec']), 'spec.template.spec'),
      ];
    case 'cronjobs.batch': {
      const template = raw(raw(raw(spec['jobTemplate'])['spec'])['template']);
      return podWarnings(raw(template['spec']), 'spec.jobTemplate.spec.template.spec');
    }
    default:
      return [];
  }
}

function hostnameWarnings(name: string, use: string): string[] {
  const problems = name.includes('.') ? ['must not contain dots'] : dnsLabelProblems(name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is ${use}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(', ')}]`,
  ];
}

function podWarnings(spec: Raw, field: string): string[] {
  const lists = ['initContainers', 'containers'] as const;
  const ports = new Map<string, string>();
  return lists.flatMap((list) =>
    rawList(spec[list]).flatMap((container, index) => {
      const place = `${field}.${list}[${index}]`;
      return [
        ...environmentWarnings(container, place),
        ...(list === 'containers' ? portWarnings(container, place, ports) : []),
      ];
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
