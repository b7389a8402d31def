/** Pods behind a name: which container is meant, which pods a Deployment or Service selects, which of several comes first. */
import { type DiscoveredType, wellKnown } from '../../kube/client.ts';
import type { KubeObject, LabelSelector, Pod } from '../../kube/objects.ts';
import { formatSelector } from '../../kube/selectors.ts';
import { KubectlError } from '../errors.ts';
import type { Session } from '../session.ts';
import { select } from './select.ts';

export interface NamedContainer {
  readonly name: string;
  readonly tty?: boolean;
  readonly stdin?: boolean;
}

/** `main, dbg (ephem), prep (init)` */
function describeContainers(pod: Pod): string[] {
  const { spec } = pod;
  return [
    ...(spec?.containers ?? []).map(({ name }) => name),
    ...(spec?.ephemeralContainers ?? []).map(({ name }) => `${name} (ephem)`),
    ...(spec?.initContainers ?? []).map(({ name }) => `${name} (init)`),
  ];
}

export function allContainers(pod: Pod): NamedContainer[] {
  const { spec } = pod;
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
}

/** The named container, or the default one, saying so on stderr where there was a choice. */
export function chooseContainer(session: Session, pod: Pod, name: string, quiet = false): NamedContainer {
  const all = allContainers(pod);
  const labels = describeContainers(pod);
  if (name !== '') {
    const found = all.find((container) => container.name === name);
    if (found) return found;
    throw new KubectlError(`container ${name} is not valid for pod ${pod.metadata.name} out of: ${labels.join(', ')}`);
  }
  const wanted = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const preferred = all.find((container) => container.name === wanted);
  if (preferred) return preferred;
  const [first] = pod.spec?.containers ?? [];
  if (!first) throw new KubectlError(`no container found in pod ${pod.metadata.name}`);
  if (labels.length > 1 && !quiet)
    session.err(`Defaulted container ${JSON.stringify(first.name)} out of: ${labels.join(', ')}\n`);
  return first;
}

/** What `TYPE/NAME` selects: a matchLabels selector, or a Service's map. undefined: the kind has no pods. */
export function podSelectorOf(type: DiscoveredType, object: KubeObject): string | undefined {
  const spec = (object['spec'] ?? {}) as { selector?: unknown };
  const selector = spec.selector;
  if (type.resource === 'services' || type.resource === 'replicationcontrollers') {
    if (typeof selector !== 'object' || selector === null) {
      throw new KubectlError(`invalid service '${object.metadata.name}': Service is defined without a selector`);
    }
    return formatSelector({ matchLabels: selector as Record<string, string> });
  }
  const hasPods = ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs'];
  return hasPods.includes(type.resource) ? formatSelector(selector as LabelSelector) : undefined;
}

export async function podsOf(session: Session, namespace: string, labelSelector: string): Promise<Pod[]> {
  return session.list<Pod>(wellKnown.pods, namespace, { labelSelector });
}

/** The pod that exec, attach and port-forward would use first: running, ready, longest so. */
export function firstPod(pods: readonly Pod[]): Pod | undefined {
  return [...pods].sort(compareForLogs)[0];
}

/** podutils.ByLogging */
export function compareForLogs(a: Pod, b: Pod): number {
  const phase = (pod: Pod): number => ({ Running: 0, Unknown: 1, Pending: 2 })[pod.status?.phase ?? ''] ?? 0;
  const assigned = (pod: Pod): number => (pod.spec?.nodeName ? 0 : 1);
  const readySince = (pod: Pod): number => {
    const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
    return ready?.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : Number.MAX_SAFE_INTEGER;
  };
  const restarts = (pod: Pod): number =>
    Math.max(0, ...(pod.status?.containerStatuses ?? []).map((each) => each.restartCount));
  const created = (pod: Pod): number => Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
  return (
    assigned(a) - assigned(b) ||
    phase(a) - phase(b) ||
    readySince(a) - readySince(b) ||
    restarts(b) - restarts(a) ||
    created(a) - created(b)
  );
}

/** `web`, `pod/web`, `deploy/web`, `svc/web` → one pod. Throws in kubectl's words. */
export async function resolvePod(
  session: Session,
  word: string,
  timeoutMs: number,
  inNamespace?: string,
): Promise<Pod> {
  const selection = await select(session, word.includes('/') ? [word] : ['pods', word], { singleType: true });
  const [target] = selection.targets;
  if (selection.how !== 'names' || !target || !('name' in target)) throw new KubectlError('cannot attach to nothing');
  const { type, name } = target;
  const namespace = inNamespace ?? target.namespace;
  const object = await session.get(type, namespace, name);
  if (type.resource === 'pods') return object as unknown as Pod;
  const selector = podSelectorOf(type, object);
  if (selector === undefined) {
    const goType = `*${type.version}.${type.kind}`;
    throw new KubectlError(`cannot attach to ${goType}: selector for ${goType} not implemented`);
  }
  return waitForPod(session, namespace ?? '', selector, timeoutMs);
}

async function waitForPod(session: Session, namespace: string, selector: string, timeoutMs: number): Promise<Pod> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const pod = firstPod(await podsOf(session, namespace, selector));
    if (pod) return pod;
    if (performance.now() > until) throw new KubectlError('timed out waiting for the condition');
    await pause(200, session.signal);
  }
}

/** Real time: what passes here is the person's, not the cluster's. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    function done(): void {
      signal.removeEventListener('abort', abort);
      resolve();
    }
    signal.addEventListener('abort', abort, { once: true });
  });
}
