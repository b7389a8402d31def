/** Is a pod acceptable, alone or as a template? pkg/apis/core/validation/validation.go, ValidatePodSpec. */
import { parseAddress } from '../../../../kube/cidr.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import { isRaw, type Raw, raw, rawList, strings, text, validateLabels } from './checks.ts';
import { type ContainerContext, validateContainer, validateHandler, validateProbe } from './container.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { validateAnnotations } from './metadata.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from './names.ts';
import { validateAffinity, validateSpread, validateToleration } from './scheduling.ts';
import { validatePodSecurity } from './security-context.ts';
import { soundVolumes, validateVolumes } from './volumes.ts';

const badAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

export function validatePod(object: KubeObject): FieldError[] {
  return validatePodSpec(raw(object['spec']), 'spec');
}

/** Labels, annotations and spec of a pod template at `field`. */
export function validateTemplate(template: Raw, field: string, claims: readonly string[] = []): FieldError[] {
  const metadata = raw(template['metadata']);
  return [
    ...validateLabels(metadata['labels'], `${field}.labels`),
    ...validateAnnotations(
      metadata['annotations'] as Readonly<Record<string, string>> | undefined,
      `${field}.annotations`,
    ),
    ...validatePodSpec(raw(template['spec']), `${field}.spec`, claims),
  ];
}

/** `claims` are volumes that a StatefulSet's claim templates stand for. */
export function validatePodSpec(spec: Raw, field: string, claims: readonly string[] = []): FieldError[] {
  const volumes = rawList(spec['volumes']);
  const context: ContainerContext = {
    volumes: new Set([...soundVolumes(volumes), ...claims]),
    hostNetwork: spec['hostNetwork'] === true,
    inPod: field === 'spec',
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
  errors.push(
    ...validateLabels(spec['nodeSelector'], `${field}.nodeSelector`),
    ...validatePodSecurity(spec, `${field}.securityContext`),
    ...validateAffinity(raw(spec['affinity']), `${field}.affinity`),
    ...validateDnsConfig(spec, field),
    ...validateSpread(rawList(spec['topologySpreadConstraints']), `${field}.topologySpreadConstraints`),
    ...validateNamesOf(spec, field, ['serviceAccountName', 'nodeName']),
    ...validateDeadline(spec, field),
    ...validateNamesOf(spec, field, ['hostname', 'subdomain']),
    ...rawList(spec['tolerations']).flatMap((toleration, index) =>
      validateToleration(toleration, `${field}.tolerations[${index}]`),
    ),
    ...validateHostAliases(spec, field),
    ...validateNamesOf(spec, field, ['priorityClassName', 'runtimeClassName']),
  );
  return errors;
}

function validateDeadline(spec: Raw, field: string): FieldError[] {
  const deadline = spec['activeDeadlineSeconds'];
  if (typeof deadline !== 'number' || (deadline >= 1 && deadline <= 2_147_483_647)) return [];
  const why = 'must be between 1 and 2147483647, inclusive';
  return [invalidValue(`${field}.activeDeadlineSeconds`, deadline, why)];
}

function validateContainers(spec: Raw, field: string, context: ContainerContext): FieldError[] {
  const containers = rawList(spec['containers']);
  if (containers.length === 0) return [required(`${field}.containers`)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const place = `${field}.containers[${index}]`;
    const errors = validateContainer(container, place, context);
    const name = text(container['name']);
    if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
    names.add(name);
    return [...errors, ...validateLife(container, place), ...validateRestart(container, place)];
  });
  return [...errors, ...validateHostPorts(containers, `${field}.containers`)];
}

const containerRestarts = ['Always', 'Never', 'OnFailure'];

function validateRestart(container: Raw, place: string): FieldError[] {
  const policy = container['restartPolicy'];
  if (policy === undefined || containerRestarts.includes(text(policy))) return [];
  return [notSupported(`${place}.restartPolicy`, policy, containerRestarts)];
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
    const errors = [...validateContainer(container, place, context), ...validateRestart(container, place)];
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

const nameChecks = {
  serviceAccountName: dnsSubdomainProblems,
  nodeName: dnsSubdomainProblems,
  hostname: dnsLabelProblems,
  subdomain: dnsLabelProblems,
  priorityClassName: dnsSubdomainProblems,
  runtimeClassName: dnsSubdomainProblems,
} as const;

function validateNamesOf(spec: Raw, field: string, names: readonly (keyof typeof nameChecks)[]): FieldError[] {
  return names.flatMap((name) => {
    const value = text(spec[name]);
    const problems = value === '' ? [] : nameChecks[name](value);
    return problems.map((problem) => invalidValue(`${field}.${name}`, value, problem));
  });
}

function validateDnsConfig(spec: Raw, field: string): FieldError[] {
  const config = spec['dnsConfig'];
  const place = `${field}.dnsConfig`;
  if (!isRaw(config)) {
    const missing = required(place, 'must provide `dnsConfig` when `dnsPolicy` is None');
    return spec['dnsPolicy'] === 'None' ? [missing] : [];
  }
  const servers = strings(config['nameservers']);
  if (spec['dnsPolicy'] === 'None' && servers.length === 0) {
    return [required(`${place}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  const errors: FieldError[] = [];
  if (servers.length > 3)
    errors.push(invalidValue(`${place}.nameservers`, servers, 'must not have more than 3 nameservers'));
  for (const [index, server] of servers.entries()) {
    if (!parseAddress(server)) errors.push(invalidValue(`${place}.nameservers[${index}]`, server, badAddress));
  }
  for (const [index, search] of strings(config['searches']).entries()) {
    const domain = search.replace(/\.$/, '');
    const problems = domain === '' ? [] : dnsSubdomainProblems(domain);
    errors.push(...problems.map((problem) => invalidValue(`${place}.searches[${index}]`, domain, problem)));
  }
  for (const [index, option] of rawList(config['options']).entries()) {
    if (text(option['name']) === '') errors.push(required(`${place}.options[${index}]`, 'must not be empty'));
  }
  return errors;
}

function validateHostAliases(spec: Raw, field: string): FieldError[] {
  return rawList(spec['hostAliases']).flatMap((alias, index) => {
    const place = `${field}.hostAliases[${index}]`;
    const ip = text(alias['ip']);
    return [
      ...(parseAddress(ip) ? [] : [invalidValue(`${place}.ip`, ip, badAddress)]),
      ...strings(alias['hostnames']).flatMap((name) =>
        dnsSubdomainProblems(name).map((problem) => invalidValue(`${place}.hostnames`, name, problem)),
      ),
    ];
  });
}

/** One port of a node goes to one container. */
function validateHostPorts(containers: readonly Raw[], field: string): FieldError[] {
  const seen = new Set<string>();
  return containers.flatMap((container, index) =>
    rawList(container['ports']).flatMap((port, at) => {
      if (!port['hostPort']) return [];
      const key = `${text(port['protocol'])}/${text(port['hostIP'])}/${text(port['hostPort'])}`;
      const known = seen.has(key);
      seen.add(key);
      return known ? [duplicate(`${field}[${index}].ports[${at}].hostPort`, key)] : [];
    }),
  );
}
