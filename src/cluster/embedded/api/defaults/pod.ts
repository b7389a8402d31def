/** What does a pod get that its author did not write? pkg/apis/core/v1/defaults.go: `kubectl get -o yaml` shows it all. */
import { child, type Draft, ensure, fill, items } from './draft.ts';

/** Of a pod and of every pod template. */
export function defaultPodSpec(spec: Draft): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of items(spec, list)) defaultContainer(container);
  }
  for (const volume of items(spec, 'volumes')) defaultVolume(volume);
  if (spec['serviceAccountName'] !== undefined) spec['serviceAccount'] = spec['serviceAccountName'];
  else if (spec['serviceAccount'] !== undefined) spec['serviceAccountName'] = spec['serviceAccount'];
}

/** Only a pod itself, not a template: enableServiceLinks, requests from limits, and the node's ports with its network. */
export function defaultPod(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { enableServiceLinks: true });
  defaultPodSpec(spec);
  for (const list of ['initContainers', 'containers']) {
    for (const container of items(spec, list)) {
      requestsFromLimits(container);
      if (spec['hostNetwork'] === true) defaultHostPorts(container);
    }
  }
}

function requestsFromLimits(container: Draft): void {
  const resources = child(container, 'resources');
  const limits = resources && child(resources, 'limits');
  if (!resources || !limits) return;
  resources['requests'] = sorted({ ...limits, ...child(resources, 'requests') });
}

function sorted(map: Draft): Draft {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function defaultContainer(container: Draft): void {
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
    imagePullPolicy: pullPolicy(String(container['image'] ?? '')),
  });
  for (const port of items(container, 'ports')) fill(port, { protocol: 'TCP' });
  for (const variable of items(container, 'env')) {
    const from = child(variable, 'valueFrom');
    const fieldRef = from && child(from, 'fieldRef');
    if (fieldRef) fill(fieldRef, { apiVersion: 'v1' });
    const resourceRef = from && child(from, 'resourceFieldRef');
    if (resourceRef) fill(resourceRef, { divisor: '0' });
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) defaultProbe(child(container, probe));
  const lifecycle = child(container, 'lifecycle');
  for (const hook of ['postStart', 'preStop']) {
    const get = lifecycle && child(child(lifecycle, hook) ?? {}, 'httpGet');
    if (get) fill(get, { path: '/', scheme: 'HTTP' });
  }
}

/** Always for `:latest`, said or unsaid; a digest or another tag need not be asked for again. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Draft | undefined): void {
  if (!probe) return;
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  const get = child(probe, 'httpGet');
  if (get) fill(get, { path: '/', scheme: 'HTTP' });
  const grpc = child(probe, 'grpc');
  if (grpc) fill(grpc, { service: '' });
}

function defaultHostPorts(container: Draft): void {
  for (const port of items(container, 'ports')) fill(port, { hostPort: port['containerPort'] });
}

const sources = [
  'hostPath',
  'emptyDir',
  'secret',
  'configMap',
  'projected',
  'downwardAPI',
  'persistentVolumeClaim',
  'nfs',
  'csi',
  'ephemeral',
  'image',
  'iscsi',
  'gitRepo',
  'fc',
  'flexVolume',
  'cinder',
  'cephfs',
  'rbd',
  'glusterfs',
];

function defaultVolume(volume: Draft): void {
  if (!Object.keys(volume).some((key) => sources.includes(key))) volume['emptyDir'] = {};
  for (const kind of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    const source = child(volume, kind);
    if (source) fill(source, { defaultMode: 0o644 });
  }
  const host = child(volume, 'hostPath');
  if (host) fill(host, { type: '' });
  const image = child(volume, 'image');
  if (image) fill(image, { pullPolicy: pullPolicy(String(image['reference'] ?? '')) });
  for (const source of items(child(volume, 'projected'), 'sources')) {
    const token = child(source, 'serviceAccountToken');
    if (token) fill(token, { expirationSeconds: 3600 });
    for (const file of items(child(source, 'downwardAPI'), 'items')) defaultFieldRef(file);
  }
  for (const file of items(child(volume, 'downwardAPI'), 'items')) defaultFieldRef(file);
}

function defaultFieldRef(file: Draft): void {
  const ref = child(file, 'fieldRef');
  if (ref) fill(ref, { apiVersion: 'v1' });
}
