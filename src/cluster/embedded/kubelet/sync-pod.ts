/**
 * Brings a pod to what its spec says, one step after the other as the kubelet's pod workers do: volumes, sandbox, ephemeral
 * containers, init containers, containers (pkg/kubelet/kuberuntime, SyncPod). Called again whenever something has changed.
 */
import { sleep } from '../../../kit/clock.ts';
import { type ContainerRecord, isRestarted, specOf } from './container-record.ts';
import { isTerminal, phaseOf } from './phase.ts';
import { addRecords, type KubeletContext, type PodState, retryAfter, tell } from './pod-state.ts';
import { annotate, currentPod, publish } from './publish.ts';
import { startContainer } from './start-container.ts';
import { releaseSandbox, stopContainer, stopContainers, stopPod } from './stop-pod.ts';
import { mountVolumes } from './volumes.ts';

/** Has the worker look at the pod again, after this turn. */
export function wake(context: KubeletContext, state: PodState): void {
  if (state.busy) {
    state.dirty = true;
    return;
  }
  state.busy = true;
  void work(context, state);
}

async function work(context: KubeletContext, state: PodState): Promise<void> {
  do {
    await Promise.resolve();
    state.dirty = false;
    try {
      await syncPod(context, state);
    } catch (error) {
      if (error !== state.stopping.signal.reason) throw error;
      state.dirty = true;
    }
  } while (state.dirty && !state.gone);
  state.busy = false;
}

async function syncPod(context: KubeletContext, state: PodState): Promise<void> {
  if (state.gone || state.finished) return;
  if (state.stopping.signal.aborted) {
    await stopPod(context, state);
    return;
  }
  addRecords(state);
  publish(context, state);
  if (!mount(context, state)) return;
  lookForPullSecrets(context, state);
  await startSandbox(context, state);
  for (const record of state.records) {
    if (record.role === 'ephemeral' && record.created === 0) await startContainer(context, state, record);
  }
  if (!(await runInitContainers(context, state))) {
    await endIfDone(context, state);
    return;
  }
  await stopChanged(context, state);
  for (const record of state.records) {
    if (record.role === 'app' && needsStart(state, record)) await startContainer(context, state, record);
  }
  publish(context, state);
  await endIfDone(context, state);
}

/** `kubectl set image pod/…`: the one change of a running container that the API allows. */
async function stopChanged(context: KubeletContext, state: PodState): Promise<void> {
  for (const record of state.records) {
    const wanted = specOf(state.pod, record)?.image;
    if (record.role !== 'app' || !record.instance || record.instance.image === wanted) continue;
    const seconds = state.pod.spec?.terminationGracePeriodSeconds ?? 30;
    const deadline = context.clock.now() + seconds * 1000;
    await stopContainer(
      context,
      state,
      record,
      deadline,
      `Container ${record.name} definition changed, will be restarted`,
    );
  }
}

function needsStart(state: PodState, record: ContainerRecord): boolean {
  if (record.state.kind === 'running') return false;
  const end = record.state.kind === 'terminated' ? record.state : record.last;
  return end === undefined || isRestarted(state.pod, record, end.exitCode);
}

/** True when every init container is done and every sidecar has started. */
async function runInitContainers(context: KubeletContext, state: PodState): Promise<boolean> {
  const begun = state.records.some((record) => record.role === 'app' && record.created > 0);
  for (const record of state.records) {
    if (record.role === 'sidecar') {
      if (needsStart(state, record)) await startContainer(context, state, record);
      if (!begun && !record.started) return false;
    } else if (record.role === 'init' && !begun) {
      const done = record.state.kind === 'terminated' && record.state.exitCode === 0;
      if (done) continue;
      if (needsStart(state, record)) await startContainer(context, state, record);
      publish(context, state);
      return false;
    }
  }
  return true;
}

/** 0.5 s doubling to 2 min 2 s, as the volume manager's exponential back-off. */
const firstMountRetryMs = 500;
const lastMountRetryMs = 122_000;
/** podAttachAndMountTimeout. */
const mountTimeoutMs = 123_000;

function mount(context: KubeletContext, state: PodState): boolean {
  if (state.mounted) return true;
  const { stores, serviceAccountToken } = context;
  const sources = { stores, serviceAccountToken, node: state.node.allocatable };
  const { mounted, problems } = mountVolumes(state.pod, sources);
  if (problems.length === 0) {
    state.mounted = mounted;
    return true;
  }
  for (const { message } of problems) tell(context, state, undefined, 'Warning', 'FailedMount', message);
  const now = context.clock.now();
  if (now - state.mountingSinceMs >= mountTimeoutMs) {
    state.mountingSinceMs = now;
    const unmounted = problems.map(({ volume }) => volume).join(' ');
    const text = `Unable to attach or mount volumes: unmounted volumes=[${unmounted}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`;
    tell(context, state, undefined, 'Warning', 'FailedMount', text);
  }
  state.mountRetryMs = Math.min(Math.max(firstMountRetryMs, state.mountRetryMs * 2), lastMountRetryMs);
  retryAfter(context, state, state.mountRetryMs);
  return false;
}

/** Told on every turn, whether or not an image has to be pulled (kubelet_pods.go, getPullSecretsForPod). */
function lookForPullSecrets(context: KubeletContext, state: PodState): void {
  const { metadata, spec } = state.pod;
  const names = (spec?.imagePullSecrets ?? []).map(({ name }) => name ?? '');
  const missing = names.filter((name) => !context.stores.secrets.find(metadata.namespace, name));
  if (missing.length === 0) return;
  const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
  tell(context, state, undefined, 'Warning', 'FailedToRetrieveImagePullSecret', message);
}

async function startSandbox(context: KubeletContext, state: PodState): Promise<void> {
  if (state.sandbox) return;
  const { clock, random, runtime } = context;
  await sleep(clock, 150 + random.integer(250), state.stopping.signal);
  const pod = currentPod(context, state);
  if (!pod) return;
  state.sandbox = runtime.createSandbox({ pod, nodeName: state.node.name });
  state.ips = state.sandbox.ips;
  annotate(context, state, random.hex(64));
  publish(context, state);
}

/** A pod whose containers have all ended for good gives its address back. */
async function endIfDone(context: KubeletContext, state: PodState): Promise<void> {
  if (!isTerminal(phaseOf(state.pod, state.records))) return;
  await stopContainers(context, state, state.records);
  publish(context, state);
  releaseSandbox(context, state);
}
