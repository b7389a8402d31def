/**
 * Stops a pod's containers: preStop, SIGTERM, the grace period, SIGKILL; sidecars after the others. Then the address is given
 * back and the object is removed from the API for good (pkg/kubelet/kuberuntime/kuberuntime_container.go, killContainer).
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Signal } from '../../../shell/process.ts';
import { type ContainerRecord, specOf } from './container-record.ts';
import { runHook } from './hooks.ts';
import { phaseWhenStopped } from './phase.ts';
import { type KubeletContext, type PodState, tell } from './pod-state.ts';
import { annotate, currentPod, publish } from './publish.ts';

/** The kubelet never gives less. */
const minimumGraceMs = 2_000;

export async function stopPod(context: KubeletContext, state: PodState): Promise<void> {
  publish(context, state);
  await stopContainers(context, state, state.records);
  state.verdict ??= { phase: phaseWhenStopped(state.records) };
  publish(context, state);
  releaseSandbox(context, state);
  const pod = currentPod(context, state);
  if (!pod?.metadata.deletionTimestamp) return;
  const { namespace, name = '' } = pod.metadata;
  context.stores.pods.remove(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid: state.uid } });
}

/** Everything that runs, in order: the others at once, then the sidecars from the last to the first. */
export async function stopContainers(
  context: KubeletContext,
  state: PodState,
  records: readonly ContainerRecord[],
): Promise<void> {
  const deadline = context.clock.now() + gracePeriodMs(state);
  const running = records.filter((record) => record.instance);
  const others = running.filter((record) => record.role !== 'sidecar');
  await Promise.all(others.map((record) => stopContainer(context, state, record, deadline)));
  for (const record of running.filter(({ role }) => role === 'sidecar').reverse()) {
    await stopContainer(context, state, record, deadline);
  }
}

export async function stopContainer(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  deadlineMs: number,
  message = `Stopping container ${record.name}`,
): Promise<void> {
  const { clock } = context;
  const { instance } = record;
  if (!instance) return;
  tell(context, state, record, 'Normal', 'Killing', message);
  const spec = specOf(state.pod, record);
  const hook = spec?.lifecycle?.preStop;
  if (hook && clock.now() < deadlineMs) await stopHook(context, state, record, hook, deadlineMs);
  const signal = (spec?.lifecycle as { stopSignal?: Signal } | undefined)?.stopSignal ?? 'SIGTERM';
  instance.running.kill(signal);
  const left = Math.max(state.gone ? 0 : minimumGraceMs, deadlineMs - clock.now());
  if (await endsWithin(clock, instance.ended, left)) return;
  instance.running.kill('SIGKILL');
  await instance.ended;
}

/** Removes the sandbox; the pod's addresses stay in its status, its Calico annotations become empty. */
export function releaseSandbox(context: KubeletContext, state: PodState): void {
  const { sandbox } = state;
  state.finished = true;
  state.retry?.timer.cancel();
  state.deadline?.cancel();
  if (!sandbox) return;
  state.sandbox = undefined;
  sandbox.remove();
  if (state.gone) return;
  annotate(context, state, undefined);
  publish(context, state);
}

function gracePeriodMs(state: PodState): number {
  if (state.gone) return 0;
  const { metadata, spec } = state.pod;
  return 1000 * (metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30);
}

async function stopHook(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  hook: Parameters<typeof runHook>[3],
  deadlineMs: number,
): Promise<void> {
  const { clock } = context;
  const limit = new AbortController();
  const timer = clock.after(Math.max(0, deadlineMs - clock.now()), () => limit.abort());
  const outcome = await runHook(context, state, record, hook, limit.signal);
  timer.cancel();
  if (!outcome.ok) tell(context, state, record, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
}

function endsWithin(clock: Clock, ended: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, () => resolve(false));
    void ended.then(() => {
      timer.cancel();
      resolve(true);
    });
  });
}
