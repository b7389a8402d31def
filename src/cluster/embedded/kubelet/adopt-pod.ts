/** Makes a pod that has been running for a while: for what a fresh cluster holds already, without its start-up time and events. */

import { watchEnd } from './container-end.ts';
import { containerInput } from './container-input.ts';
import { containerLog } from './container-log.ts';
import { type ContainerRecord, specOf } from './container-record.ts';
import { environmentOf } from './environment.ts';
import type { KubeletContext, PodState } from './pod-state.ts';
import { annotate, publish } from './publish.ts';
import { mountsOf, mountVolumes } from './volumes.ts';

/** Where the catalogue lacks the image, nothing runs behind the status. Probes do not run: what they would find is known. */
export function adoptPod(context: KubeletContext, state: PodState): void {
  const { stores, runtime, random, serviceAccountToken } = context;
  state.mounted = mountVolumes(state.pod, { stores, serviceAccountToken, node: state.node.allocatable }).mounted;
  state.sandbox = runtime.createSandbox({ pod: state.pod, nodeName: state.node.name });
  state.ips = state.sandbox.ips;
  annotate(context, state, random.hex(64));
  for (const record of state.records) adoptContainer(context, state, record);
  publish(context, state);
}

function adoptContainer(context: KubeletContext, state: PodState, record: ContainerRecord): void {
  const { clock, random, runtime, stores } = context;
  const spec = specOf(state.pod, record);
  if (!spec || !state.sandbox) return;
  record.imageId = runtime.image(spec.image ?? '')?.id ?? '';
  record.created = 1;
  const id = random.hex(64);
  if (record.role === 'init') {
    const [startedMs, finishedMs] = [state.startMs, state.startMs + 1000];
    record.state = { kind: 'terminated', id, exitCode: 0, reason: 'Completed', startedMs, finishedMs };
    return;
  }
  const startedMs = state.startMs + 1000;
  record.state = { kind: 'running', id, startedMs };
  record.started = true;
  record.ready = true;
  if (record.imageId === '') return;
  const log = containerLog(() => clock.now());
  const attached = new Set<(stream: 'stdout' | 'stderr', bytes: Uint8Array) => void>();
  const env = environmentOf(state.pod, spec, stores, state.node.allocatable);
  const running = state.sandbox.startContainer({
    container: spec,
    env,
    ...mountsOf(spec, state.mounted ?? new Map()),
    onOutput: (stream, bytes) => log.write(stream, bytes),
  });
  record.log = log;
  const ended = watchEnd(context, state, record, { id, running, startedMs, log });
  record.instance = { id, image: spec.image ?? '', running, input: containerInput({}), attached, ended };
}
