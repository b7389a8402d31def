/**
 * Runs a container's startup, readiness and liveness probes on time and acts on what they say: thresholds, readiness in the
 * status, Unhealthy events, and a restart (pkg/kubelet/prober/worker.go).
 */
import type { Timer } from '../../../../kit/clock.ts';
import type { Container, Probe } from '../../../../kube/objects.ts';
import type { ContainerRecord } from '../container-record.ts';
import { type KubeletContext, type PodState, tell } from '../pod-state.ts';
import { publish } from '../publish.ts';
import { stopContainer } from '../stop-pod.ts';
import { attempt } from './probe-target.ts';

type ProbeKind = 'Startup' | 'Readiness' | 'Liveness';

const unknown = 'probe errored and resulted in unknown state';

interface Worker {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  last: boolean | undefined;
  run: number;
  /** The container goes because of it: whatever starts in its place gets probes of its own. */
  done: boolean;
}

/** Starts them all; the result ends them. */
export function startProbes(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  spec: Container,
): () => void {
  const id = record.state.kind === 'running' ? record.state.id : '';
  let timers: Timer[] = [];
  let ended = false;

  const schedule = (worker: Worker, delayMs: number): void => {
    const timer = context.clock.after(delayMs, () => {
      timers = timers.filter((one) => one !== timer);
      void round(worker);
    });
    timers.push(timer);
  };

  const round = async (worker: Worker): Promise<void> => {
    const { kind, probe } = worker;
    if (ended || record.instance?.id !== id) return;
    if (kind === 'Startup' ? !record.started : record.started) {
      const { ok, output, errored } = await attempt(context, state, record, probe, (probe.timeoutSeconds ?? 1) * 1000);
      if (ended || record.instance?.id !== id) return;
      const wasStarted = record.started;
      if (errored) tell(context, state, record, 'Warning', 'Unhealthy', `${kind} ${unknown}: ${output}`);
      else settle(context, state, record, worker, ok, output);
      if (!wasStarted && record.started) startOthers();
      if (worker.done || (kind === 'Startup' && record.started)) return;
    }
    schedule(worker, (probe.periodSeconds ?? 10) * 1000);
  };

  const startOthers = (): void => {
    const since = record.state.kind === 'running' ? context.clock.now() - record.state.startedMs : 0;
    for (const [kind, probe] of [
      ['Readiness', spec.readinessProbe],
      ['Liveness', spec.livenessProbe],
    ] as const) {
      if (!probe) continue;
      schedule(
        { kind, probe, last: undefined, run: 0, done: false },
        Math.max(0, (probe.initialDelaySeconds ?? 0) * 1000 - since),
      );
    }
  };

  const { startupProbe } = spec;
  if (startupProbe) {
    const worker: Worker = { kind: 'Startup', probe: startupProbe, last: undefined, run: 0, done: false };
    schedule(worker, (startupProbe.initialDelaySeconds ?? 0) * 1000);
  } else startOthers();
  return () => {
    ended = true;
    for (const timer of timers) timer.cancel();
  };
}

function settle(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  worker: Worker,
  ok: boolean,
  output: string,
): void {
  const { kind, probe } = worker;
  if (!ok) tell(context, state, record, 'Warning', 'Unhealthy', `${kind} probe failed: ${output}`);
  worker.run = worker.last === ok ? worker.run + 1 : 1;
  worker.last = ok;
  if (worker.run < (ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3))) return;
  switch (kind) {
    case 'Readiness':
      change(context, state, record, { ready: ok });
      break;
    case 'Startup':
      if (ok) change(context, state, record, { started: true });
      else restart(context, state, record, worker);
      break;
    case 'Liveness':
      if (!ok) restart(context, state, record, worker);
      break;
  }
}

function change(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  now: { ready?: boolean; started?: boolean },
): void {
  const { ready = record.ready, started = record.started } = now;
  if (ready === record.ready && started === record.started) return;
  record.started = started;
  const gated = state.pod.spec?.containers.some(({ name, readinessProbe }) => name === record.name && readinessProbe);
  record.ready = now.ready ?? (started && !gated);
  publish(context, state);
  if (now.started) context.wake(state);
}

function restart(context: KubeletContext, state: PodState, record: ContainerRecord, worker: Worker): void {
  const { kind, probe } = worker;
  worker.done = true;
  const seconds = probe.terminationGracePeriodSeconds ?? state.pod.spec?.terminationGracePeriodSeconds ?? 30;
  const deadline = context.clock.now() + seconds * 1000;
  const message = `Container ${record.name} failed ${kind.toLowerCase()} probe, will be restarted`;
  void stopContainer(context, state, record, deadline, message);
}
