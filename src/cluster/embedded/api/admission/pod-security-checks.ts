/**
 * What do the Pod Security Standards forbid? One check each, in the order and with the words of k8s.io/pod-security-admission:
 * what is wrong, and in brackets who is to blame.
 */
import { child, type Draft as Fields, items } from '../defaults/draft.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';

interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** Of the baseline check that it replaces. */
  readonly overrides?: string;
  /** undefined: nothing to object to. */
  run(spec: Fields, metadata: Fields): Violation | undefined;
}

interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** `host namespaces (hostNetwork=true)`, for each violation of the level. */
export function violations(level: Level, spec: Fields, metadata: Fields): readonly Violation[] {
  if (level === 'privileged') return [];
  const applied = checks.filter((check) => check.level === 'baseline' || level === 'restricted');
  const overridden = new Set(applied.map(({ overrides }) => overrides));
  return applied
    .filter(({ id }) => !overridden.has(id))
    .map((check) => check.run(spec, metadata))
    .filter((violation) => violation !== undefined);
}

function containersOf(spec: Fields): Fields[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => items(spec, list));
}

function security(owner: Fields): Fields {
  return child(owner, 'securityContext') ?? {};
}

function quoted(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}

/** `container "a"`, `containers "a", "b"`. */
function named(containers: readonly Fields[]): string {
  return `${containers.length === 1 ? 'container' : 'containers'} ${quoted(containers.map(({ name }) => name))}`;
}

/** Of all containers, those for which `bad` holds, as a violation. */
function perContainer(reason: string, bad: (container: Fields) => boolean, detail: string): Check['run'] {
  return (spec) => {
    const culprits = containersOf(spec).filter(bad);
    return culprits.length === 0 ? undefined : { reason, detail: `${named(culprits)} ${detail}` };
  };
}

const baselineCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);
const restrictedVolumes = new Set([
  'configMap',
  'downwardAPI',
  'emptyDir',
  'projected',
  'secret',
  'csi',
  'persistentVolumeClaim',
  'ephemeral',
  'image',
]);

function capabilities(container: Fields, list: 'add' | 'drop'): string[] {
  const value = child(security(container), 'capabilities')?.[list];
  return Array.isArray(value) ? value.map(String) : [];
}

function capabilitiesBaseline(spec: Fields): Violation | undefined {
  const bad = new Set<string>();
  const culprits = containersOf(spec).filter((container) => {
    const extra = capabilities(container, 'add').filter((name) => !baselineCapabilities.has(name));
    for (const name of extra) bad.add(name);
    return extra.length > 0;
  });
  if (culprits.length === 0) return undefined;
  const detail = `${named(culprits)} must not include ${quoted([...bad].sort())} in securityContext.capabilities.add`;
  return { reason: 'non-default capabilities', detail };
}

function capabilitiesRestricted(spec: Fields): Violation | undefined {
  const containers = containersOf(spec);
  const undropped = containers.filter((container) => !capabilities(container, 'drop').includes('ALL'));
  const extra = new Set(
    containers.flatMap((container) => capabilities(container, 'add')).filter((name) => name !== 'NET_BIND_SERVICE'),
  );
  const adding = containers.filter((container) => capabilities(container, 'add').some((name) => extra.has(name)));
  const details = [
    ...(undropped.length > 0 ? [`${named(undropped)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${named(adding)} must not include ${quoted([...extra].sort())} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function hostNamespaces(spec: Fields): Violation | undefined {
  const set = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true);
  return set.length === 0
    ? undefined
    : { reason: 'host namespaces', detail: set.map((name) => `${name}=true`).join(', ') };
}

function hostPathVolumes(spec: Fields): Violation | undefined {
  const volumes = items(spec, 'volumes').filter((volume) => volume['hostPath'] !== undefined);
  if (volumes.length === 0) return undefined;
  return {
    reason: 'hostPath volumes',
    detail: `${volumes.length === 1 ? 'volume' : 'volumes'} ${quoted(volumes.map(({ name }) => name))}`,
  };
}

function hostPorts(spec: Fields): Violation | undefined {
  const ports = new Set<number>();
  const culprits = containersOf(spec).filter((container) => {
    const own = items(container, 'ports')
      .map((port) => Number(port['hostPort'] ?? 0))
      .filter((port) => port !== 0);
    for (const port of own) ports.add(port);
    return own.length > 0;
  });
  if (culprits.length === 0) return undefined;
  const verb = culprits.length === 1 ? 'uses' : 'use';
  const list = [...ports].sort((a, b) => a - b).join(', ');
  return {
    reason: 'hostPort',
    detail: `${named(culprits)} ${verb} ${ports.size === 1 ? 'hostPort' : 'hostPorts'} ${list}`,
  };
}

function restrictedVolumeTypes(spec: Fields): Violation | undefined {
  const types = new Set<string>();
  const bad = items(spec, 'volumes').filter((volume) => {
    const type = Object.keys(volume).find((key) => key !== 'name') ?? '';
    if (!restrictedVolumes.has(type)) types.add(type);
    return !restrictedVolumes.has(type);
  });
  if (bad.length === 0) return undefined;
  const who = `${bad.length === 1 ? 'volume' : 'volumes'} ${quoted(bad.map(({ name }) => name))} ${bad.length === 1 ? 'uses' : 'use'}`;
  return {
    reason: 'restricted volume types',
    detail: `${who} restricted volume ${types.size === 1 ? 'type' : 'types'} ${quoted([...types].sort())}`,
  };
}

function runAsNonRoot(spec: Fields): Violation | undefined {
  const pod = security(spec)['runAsNonRoot'];
  const explicit = containersOf(spec).filter((container) => security(container)['runAsNonRoot'] === false);
  const details: string[] = pod === false ? ['pod must not set securityContext.runAsNonRoot=false'] : [];
  if (explicit.length > 0) details.push(`${named(explicit)} must not set securityContext.runAsNonRoot=false`);
  const unset =
    pod === true ? [] : containersOf(spec).filter((container) => security(container)['runAsNonRoot'] === undefined);
  if (details.length === 0 && unset.length > 0)
    details.push(`pod or ${named(unset)} must set securityContext.runAsNonRoot=true`);
  return details.length === 0 ? undefined : { reason: 'runAsNonRoot != true', detail: details.join(', ') };
}

function runAsUser(spec: Fields): Violation | undefined {
  const culprits = containersOf(spec).filter((container) => security(container)['runAsUser'] === 0);
  const details = [
    ...(security(spec)['runAsUser'] === 0 ? ['pod must not set runAsUser=0'] : []),
    ...(culprits.length > 0 ? [`${named(culprits)} must not set runAsUser=0`] : []),
  ];
  return details.length === 0 ? undefined : { reason: 'runAsUser=0', detail: details.join(', ') };
}

function profileOf(owner: Fields): unknown {
  return child(security(owner), 'seccompProfile')?.['type'];
}

function seccompBaseline(spec: Fields): Violation | undefined {
  const culprits = containersOf(spec).filter((container) => profileOf(container) === 'Unconfined');
  const details = [
    ...(profileOf(spec) === 'Unconfined' ? ['pod'] : []),
    ...(culprits.length > 0 ? [named(culprits)] : []),
  ];
  if (details.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${details.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined"`,
  };
}

function seccompRestricted(spec: Fields): Violation | undefined {
  const allowed = (type: unknown): boolean => type === 'RuntimeDefault' || type === 'Localhost';
  const pod = profileOf(spec);
  const explicit = containersOf(spec).filter(
    (container) => profileOf(container) !== undefined && !allowed(profileOf(container)),
  );
  const details: string[] = [];
  if (pod !== undefined && !allowed(pod))
    details.push(`pod must not set securityContext.seccompProfile.type to ${JSON.stringify(pod)}`);
  if (explicit.length > 0) {
    const types = new Set(explicit.map(profileOf));
    details.push(`${named(explicit)} must not set securityContext.seccompProfile.type to ${quoted([...types])}`);
  }
  const unset = allowed(pod) ? [] : containersOf(spec).filter((container) => profileOf(container) === undefined);
  if (details.length === 0 && unset.length > 0) {
    details.push(
      `pod or ${named(unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
    );
  }
  return details.length === 0 ? undefined : { reason: 'seccompProfile', detail: details.join('; ') };
}

function sysctls(spec: Fields): Violation | undefined {
  const bad = items(security(spec), 'sysctls')
    .map(({ name }) => String(name))
    .filter((name) => !safeSysctls.has(name));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.sort().join(', ') };
}

/** Sorted by id, as the real evaluator runs them. */
const checks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    run: perContainer(
      'allowPrivilegeEscalation != false',
      (container) => security(container)['allowPrivilegeEscalation'] !== false,
      'must set securityContext.allowPrivilegeEscalation=false',
    ),
  },
  { id: 'capabilities_baseline', level: 'baseline', run: capabilitiesBaseline },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    overrides: 'capabilities_baseline',
    run: capabilitiesRestricted,
  },
  { id: 'hostNamespaces', level: 'baseline', run: hostNamespaces },
  { id: 'hostPathVolumes', level: 'baseline', run: hostPathVolumes },
  { id: 'hostPorts', level: 'baseline', run: hostPorts },
  {
    id: 'privileged',
    level: 'baseline',
    run: perContainer(
      'privileged',
      (container) => security(container)['privileged'] === true,
      'must not set securityContext.privileged=true',
    ),
  },
  {
    id: 'procMount',
    level: 'baseline',
    run: perContainer(
      'procMount',
      (container) => !['Default', undefined].includes(security(container)['procMount'] as string | undefined),
      'must not set securityContext.procMount to "Unmasked"',
    ),
  },
  { id: 'restrictedVolumes', level: 'restricted', overrides: 'hostPathVolumes', run: restrictedVolumeTypes },
  { id: 'runAsNonRoot', level: 'restricted', run: runAsNonRoot },
  { id: 'runAsUser', level: 'restricted', run: runAsUser },
  { id: 'seccompProfile_baseline', level: 'baseline', run: seccompBaseline },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    overrides: 'seccompProfile_baseline',
    run: seccompRestricted,
  },
  { id: 'sysctls', level: 'baseline', run: sysctls },
];
