/** Is a pod acceptable, alone or as a template? pkg/apis/core/validation/validation.go, ValidatePodSpec. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { type Raw, raw, rawList, text, validateLabels, validateNonNegative } from './checks.ts';
import { type ContainerContext, validateContainer, validateHandler, validateProbe } from './container.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { validateAnnotations } from './metadata.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems } from './names.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

export function validatePod(object: KubeObject): FieldError[] {
  return validatePodSpec(raw(object['spec']), 'spec');
}

/** Labels, annotations and spec of a pod template at `field`. */
export function validateTemplate(template: Raw, field: string): FieldError[] {
  const metadata = raw(template['metadata']);
  return [
    ...validateLabels(metadata['labels'], `${field}.labels`),
    ...validateAnnotations(
      metadata['annotations'] as Readonly<Record<string, string>> | undefined,
      `${field}.annotations`,
    ),
    ...validatePodSpec(raw(template['spec']), `${field}.spec`),
  ];
}

export function validatePodSpec(spec: Raw, field: string): FieldError[] {
  const volumes = rawList(spec['volumes']);
  const context: ContainerContext = {
    volumes: new Set(volumes.map(({ name }) => text(name))),
    hostNetwork: spec['hostNetwork'] === true,
  };
  const errors = [
    ...validateVolumes(volumes, `${field}.volumes`),
    ...validateContainers(spec, field, context),
    ...validateInitContainers(spec, field, context),
  ];
  const restart = text(spec['restartPolicy']);
  if (restart === '') errors.push(required(`${field}.restartPolicy`));
  else if (!restartPolicies.includes(restart))
    errors.push(notSupported(`${field}.restartPolicy`, restart, restartPolicies));
  const dns = text(spec['dnsPolicy']);
  if (dns === '') errors.push(required(`${field}.dnsPolicy`));
  else if (!dnsPolicies.includes(dns)) errors.push(notSupported(`${field}.dnsPolicy`, dns, dnsPolicies));
  errors.push(...validateLabels(spec['nodeSelector'], `${field}.nodeSelector`));
  errors.push(...validateNamesOf(spec, field), ...validateDnsConfig(spec, field));
  for (const [index, toleration] of rawList(spec['tolerations']).entries()) {
    errors.push(...validateToleration(toleration, `${field}.tolerations[${index}]`));
  }
  const deadline = spec['activeDeadlineSeconds'];
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2_147_483_647)) {
    errors.push(
      invalidValue(`${field}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'),
    );
  }
  return [
    ...errors,
    ...validateNonNegative(spec['terminationGracePeriodSeconds'], `${field}.terminationGracePeriodSeconds`),
  ];
}

function validateContainers(spec: Raw, field: string, context: ContainerContext): FieldError[] {
  const containers = rawList(spec['containers']);
  if (containers.length === 0) return [required(`${field}.containers`)];
  const names = new Set<string>();
  return containers.flatMap((container, index) => {
    const place = `${field}.containers[${index}]`;
    const errors = validateContainer(container, place, context);
    const name = text(container['name']);
    if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
    names.add(name);
    return [...errors, ...validateLife(container, place)];
  });
}

function validateLife(container: Raw, place: string): FieldError[] {
  const lifecycle = raw(container['lifecycle']);
  const hooks = ['postStart', 'preStop'].filter((hook) => lifecycle[hook] !== undefined);
  return [
    ...hooks.flatMap((hook) =>
      validateHandler(raw(lifecycle[hook]), `${place}.lifecycle.${hook}`, ['exec', 'httpGet', 'tcpSocket', 'sleep']),
    ),
    ...validateProbe(container['livenessProbe'], `${place}.livenessProbe`, true),
    ...validateProbe(container['readinessProbe'], `${place}.readinessProbe`, false),
    ...validateProbe(container['startupProbe'], `${place}.startupProbe`, true),
  ];
}

/** Probes and hooks are for those init containers that keep running (sidecars). */
function validateInitContainers(spec: Raw, field: string, context: ContainerContext): FieldError[] {
  const names = new Set(rawList(spec['containers']).map(({ name }) => text(name)));
  return rawList(spec['initContainers']).flatMap((container, index) => {
    const place = `${field}.initContainers[${index}]`;
    const errors = validateContainer(container, place, context);
    const name = text(container['name']);
    if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
    names.add(name);
    const sidecar = container['restartPolicy'] === 'Always';
    if (sidecar) return [...errors, ...validateLife(container, place)];
    for (const [what, name] of [
      ['lifecycle', 'lifecycle'],
      ['livenessProbe', 'livenessProbe'],
      ['readinessProbe', 'readinessProbe'],
      ['startupProbe', 'startupProbe'],
    ] as const) {
      if (container[name] !== undefined)
        errors.push(
          forbiddenField(`${place}.${what}`, 'may not be set for init containers without restartPolicy=Always'),
        );
    }
    return errors;
  });
}

function validateVolumes(volumes: readonly Raw[], field: string): FieldError[] {
  const names = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const place = `${field}[${index}]`;
    const name = text(volume['name']);
    const errors: FieldError[] = [];
    const given = Object.keys(volume).filter((key) => key !== 'name');
    errors.push(
      ...given.slice(1).map((key) => forbiddenField(`${place}.${key}`, 'may not specify more than 1 volume type')),
    );
    errors.push(...validateSource(volume, place));
    if (name === '') errors.push(required(`${place}.name`));
    else errors.push(...dnsLabelProblems(name).map((problem) => invalidValue(`${place}.name`, name, problem)));
    if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
    names.add(name);
    return errors;
  });
}

const neededBySource: Readonly<Record<string, string>> = {
  hostPath: 'path',
  secret: 'secretName',
  configMap: 'name',
  persistentVolumeClaim: 'claimName',
};

function validateSource(volume: Raw, place: string): FieldError[] {
  return Object.entries(neededBySource).flatMap(([source, needed]) => {
    const body = volume[source];
    if (body === undefined || text(raw(body)[needed]) !== '') return [];
    return [required(`${place}.${source}.${needed}`)];
  });
}

function validateNamesOf(spec: Raw, field: string): FieldError[] {
  const rules = [
    ['serviceAccountName', dnsSubdomainProblems],
    ['nodeName', dnsSubdomainProblems],
    ['hostname', dnsLabelProblems],
    ['subdomain', dnsLabelProblems],
    ['priorityClassName', dnsSubdomainProblems],
    ['runtimeClassName', dnsSubdomainProblems],
  ] as const;
  return rules.flatMap(([name, check]) => {
    const value = text(spec[name]);
    return value === '' ? [] : check(value).map((problem) => invalidValue(`${field}.${name}`, value, problem));
  });
}

function validateDnsConfig(spec: Raw, field: string): FieldError[] {
  const servers = raw(spec['dnsConfig'])['nameservers'];
  if (spec['dnsPolicy'] !== 'None' || (Array.isArray(servers) && servers.length > 0)) return [];
  return [
    required(`${field}.dnsConfig.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
  ];
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateToleration(toleration: Raw, place: string): FieldError[] {
  const key = text(toleration['key']);
  const operator = text(toleration['operator']);
  const effect = text(toleration['effect']);
  const errors: FieldError[] = [];
  if (key !== '') errors.push(...labelKeyProblems(key).map((problem) => invalidValue(`${place}.key`, key, problem)));
  else if (operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${place}.operator`, operator, why));
  }
  if (operator === 'Exists' && text(toleration['value']) !== '') {
    errors.push(invalidValue(`${place}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
  } else if (!['', 'Equal', 'Exists'].includes(operator))
    errors.push(notSupported(`${place}.operator`, operator, ['Equal', 'Exists']));
  if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute') {
    errors.push(invalidValue(`${place}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (effect !== '' && !effects.includes(effect)) errors.push(notSupported(`${place}.effect`, effect, effects));
  return errors;
}
