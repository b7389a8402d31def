/**
 * How lists of the built-in kinds merge, from the patchStrategy and patchMergeKey tags of k8s.io/api. A list that is not
 * named here is atomic: the patch replaces it as a whole.
 */

export type ListStrategy =
  | { readonly how: 'atomic' }
  /** A list of maps, matched by one field. */
  | { readonly how: 'byKey'; readonly key: string; readonly retainKeys?: boolean }
  /** A list of plain values, a set. */
  | { readonly how: 'set' };

const atomic: ListStrategy = { how: 'atomic' };

function byKey(key: string): ListStrategy {
  return { how: 'byKey', key };
}

/** Field name → strategy, wherever it stands, unless `byParent` knows better. */
const byField: Readonly<Record<string, ListStrategy>> = {
  containers: byKey('name'),
  initContainers: byKey('name'),
  ephemeralContainers: byKey('name'),
  env: byKey('name'),
  volumeMounts: byKey('mountPath'),
  volumeDevices: byKey('devicePath'),
  volumes: { how: 'byKey', key: 'name', retainKeys: true },
  imagePullSecrets: byKey('name'),
  hostAliases: byKey('ip'),
  topologySpreadConstraints: byKey('topologyKey'),
  schedulingGates: byKey('name'),
  resourceClaims: { how: 'byKey', key: 'name', retainKeys: true },
  ownerReferences: byKey('uid'),
  finalizers: { how: 'set' },
  podCIDRs: { how: 'set' },
  conditions: byKey('type'),
  podIPs: byKey('ip'),
  hostIPs: byKey('ip'),
};

/** `parent.field`, where the same field name means different things. */
const byParent: Readonly<Record<string, ListStrategy>> = {
  'containers.ports': byKey('containerPort'),
  'initContainers.ports': byKey('containerPort'),
  'ephemeralContainers.ports': byKey('containerPort'),
};

/** `path` of field names from the object's root, list indexes left out: `['spec', 'template', 'spec', 'containers']`. */
export function listStrategy(kind: string, path: readonly string[]): ListStrategy {
  const field = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  if (kind === 'Service' && field === 'ports' && parent === 'spec') return byKey('port');
  if (kind === 'ServiceAccount' && field === 'secrets') return byKey('name');
  if (kind === 'Node' && field === 'addresses') return byKey('type');
  if (kind.endsWith('WebhookConfiguration') && field === 'webhooks') return byKey('name');
  if (path[0] === 'data') return atomic;
  return byParent[`${parent}.${field}`] ?? byField[field] ?? atomic;
}

/** Maps whose patch must say which keys stay: a Deployment's strategy is a union. */
export function retainsKeys(kind: string, path: readonly string[]): boolean {
  return kind === 'Deployment' && path.join('.') === 'spec.strategy';
}

const builtInGroups =
  /^(|apps|batch|autoscaling|policy|networking\.k8s\.io|rbac\.authorization\.k8s\.io|storage\.k8s\.io|discovery\.k8s\.io|coordination\.k8s\.io|events\.k8s\.io|admissionregistration\.k8s\.io|scheduling\.k8s\.io|node\.k8s\.io|certificates\.k8s\.io|flowcontrol\.apiserver\.k8s\.io|authorization\.k8s\.io|authentication\.k8s\.io)$/;

/** Custom kinds have no merge keys: kubectl sends them a JSON merge patch. */
export function mergesStrategically(group: string): boolean {
  return builtInGroups.test(group);
}
