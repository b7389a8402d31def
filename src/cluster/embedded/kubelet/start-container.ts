/** Starts one container, or says why it has to wait: back-off, image, configuration, a command that is not there. */
import { sleep } from '../../../kit/clock.ts';
import type { Container } from '../../../kube/objects.ts';
import { type RunningContainer, StartError } from '../runtime.ts';
import { formatDuration, nextBackOff, waitLeft } from './back-off.ts';
import { watchEnd } from './container-end.ts';
import { containerInput } from './container-input.ts';
import { containerLog } from './container-log.ts';
import { type ContainerRecord, isRestarted, specOf, type Terminated } from './container-record.ts';
import { ConfigError, environmentOf, expandCommand } from './environment.ts';
import { runHook } from './hooks.ts';
import { rootRefusal } from './non-root.ts';
import { fullName, type KubeletContext, type PodState, retryAfter, tell } from './pod-state.ts';
import { startProbes } from './probes/probe-worker.ts';
import { publish } from './publish.ts';
import { ensureImage } from './pull-image.ts';
import { stopContainer } from './stop-pod.ts';
import { mountsOf } from './volumes.ts';

export async function startContainer(context: KubeletContext, state: PodState, record: ContainerRecord): Promise<void> {
  const { clock, random } = context;
  const spec = specOf(state.pod, record);
  if (!spec || !state.sandbox || mustBackOff(context, state, record)) return;
  if (!(await ensureImage(context, state, record, spec))) return;
  const env = configure(context, state, record, spec);
  if (!env) return;
  const before = record.state.kind === 'terminated' ? record.state : record.last;
  if (before) record.crashes = nextBackOff(record.crashes, before.finishedMs, clock.now());
  await sleep(clock, 20 + random.integer(40), state.stopping.signal);
  record.created++;
  record.restartCount = record.created - 1;
  tell(context, state, record, 'Normal', 'Created', 'Container created');
  await sleep(clock, 40 + random.integer(120), state.stopping.signal);
  if (!run(context, state, record, spec, env)) return;
  tell(context, state, record, 'Normal', 'Started', 'Container started');
  if (spec.lifecycle?.postStart) await afterStart(context, state, record, spec);
  publish(context, state);
}

/** The kubelet syncs a pod with an error again after 10 to 15 s. */
export function syncAgain(context: KubeletContext, state: PodState, atMostMs = Number.POSITIVE_INFINITY): void {
  retryAfter(context, state, Math.min(atMostMs, 10_000 + context.random.integer(5_000)));
}

function mustBackOff(context: KubeletContext, state: PodState, record: ContainerRecord): boolean {
  const end = record.state.kind === 'terminated' ? record.state : record.last;
  if (!end) return false;
  const left = waitLeft(record.crashes, end.finishedMs, context.clock.now());
  if (left === 0) return false;
  const name = fullName(state);
  record.last = end;
  record.state = {
    kind: 'waiting',
    reason: 'CrashLoopBackOff',
    message: `back-off ${formatDuration(record.crashes.delayMs)} restarting failed container=${record.name} pod=${name}`,
  };
  tell(
    context,
    state,
    record,
    'Warning',
    'BackOff',
    `Back-off restarting failed container ${record.name} in pod ${name}`,
  );
  publish(context, state);
  syncAgain(context, state, left);
  return true;
}

function configure(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  spec: Container,
): ReadonlyMap<string, string> | undefined {
  const pod = { ...state.pod, status: { ...state.pod.status, hostIP: state.node.ip, ...addresses(state) } };
  try {
    const env = environmentOf(pod, spec, context.stores, state.node.allocatable);
    const image = context.runtime.image(spec.image ?? '');
    const refusal = image && rootRefusal(pod, spec, fullName(state), image.user);
    if (refusal) throw new ConfigError(refusal);
    return env;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    record.state = { kind: 'waiting', reason: 'CreateContainerConfigError', message: error.message };
    tell(context, state, record, 'Warning', 'Failed', `Error: ${error.message}`);
    publish(context, state);
    syncAgain(context, state);
    return undefined;
  }
}

function addresses(state: PodState) {
  return { ...(state.ips[0] && { podIP: state.ips[0] }), podIPs: state.ips.map((ip) => ({ ip })) };
}

/** False when the first process could not be started. */
function run(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  spec: Container,
  env: ReadonlyMap<string, string>,
): boolean {
  const { clock, random } = context;
  const id = random.hex(64);
  const input = containerInput(spec);
  const log = containerLog(() => clock.now());
  const attached = new Set<(stream: 'stdout' | 'stderr', bytes: Uint8Array) => void>();
  const onOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    log.write(stream, bytes);
    for (const listener of attached) listener(stream, bytes);
  };
  let running: RunningContainer;
  try {
    if (!state.sandbox) return false;
    running = state.sandbox.startContainer({
      container: expandCommand(spec, env),
      env,
      ...mountsOf(spec, state.mounted ?? new Map()),
      onOutput,
      ...(input.stdin && { stdin: input.stdin.source }),
      ...(input.terminal && { tty: input.terminal }),
    });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    noteStartError(context, state, record, error, id);
    return false;
  }
  if (record.state.kind === 'terminated') record.last = record.state;
  record.previousLog = record.log;
  record.log = log;
  const startedMs = clock.now();
  record.state = { kind: 'running', id, startedMs };
  record.started = !spec.startupProbe;
  record.ready = record.started && !spec.readinessProbe;
  const ended = watchEnd(context, state, record, { id, running, startedMs, log });
  record.instance = { id, image: spec.image ?? '', running, input, attached, ended };
  state.probes.set(record, startProbes(context, state, record, spec));
  return true;
}

const runcPrefix =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ';

/** containerd keeps such a container as exited with status 128, never started. */
function noteStartError(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  error: StartError,
  id: string,
): void {
  const message = error.message.startsWith('failed to ') ? error.message : `${runcPrefix}${error.message}`;
  const finishedMs = context.clock.now();
  const end: Terminated = {
    kind: 'terminated',
    id,
    exitCode: 128,
    reason: 'StartError',
    message,
    startedMs: 0,
    finishedMs,
  };
  tell(context, state, record, 'Warning', 'Failed', `Error: ${message}`);
  record.previousLog = record.log;
  record.log = undefined;
  record.last = record.state.kind === 'terminated' ? record.state : record.last;
  if (isRestarted(state.pod, record, end.exitCode)) {
    record.last = end;
    record.state = { kind: 'waiting', reason: 'RunContainerError', message };
    syncAgain(context, state);
  } else record.state = end;
  publish(context, state);
}

async function afterStart(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  spec: Container,
): Promise<void> {
  const hook = spec.lifecycle?.postStart;
  const { instance } = record;
  if (!hook || !instance) return;
  const outcome = await runHook(context, state, record, hook, state.stopping.signal);
  if (outcome.ok) return;
  tell(context, state, record, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
  const seconds = state.pod.spec?.terminationGracePeriodSeconds ?? 30;
  await stopContainer(context, state, record, context.clock.now() + seconds * 1000, 'FailedPostStartHook');
  const end = record.state;
  if (end.kind !== 'terminated' || !isRestarted(state.pod, record, end.exitCode)) return;
  record.last = end;
  record.state = { kind: 'waiting', reason: 'PostStartHookError', message: outcome.message };
}
