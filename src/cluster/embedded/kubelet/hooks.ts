/** Lifecycle hooks: a command in the container, an HTTP request to the pod, or a sleep. */
import type { Container } from '../../../kube/objects.ts';
import type { ContainerRecord } from './container-record.ts';
import type { KubeletContext, PodState } from './pod-state.ts';
import { attempt } from './probes/probe-target.ts';

type Handler = NonNullable<NonNullable<Container['lifecycle']>['preStop']>;

export interface HookOutcome {
  readonly ok: boolean;
  readonly message: string;
}

/** Aborting the signal ends the wait: the hook counts as failed. */
export async function runHook(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  hook: Handler,
  signal: AbortSignal,
): Promise<HookOutcome> {
  const { clock } = context;
  const given = new Promise<HookOutcome>((resolve) => {
    const giveUp = () => resolve({ ok: false, message: 'context deadline exceeded' });
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  if (hook.sleep) {
    const { seconds } = hook.sleep;
    const slept = new Promise<HookOutcome>((resolve) => {
      clock.after(seconds * 1000, () => resolve({ ok: true, message: '' }));
    });
    return Promise.race([slept, given]);
  }
  const result = attempt(context, state, record, hook, 86_400_000).then(({ ok, output, exitCode }): HookOutcome => {
    const what = hook.exec ? `Exec lifecycle hook ([${(hook.exec.command ?? []).join(' ')}])` : 'HTTP lifecycle hook';
    const command = (hook.exec?.command ?? []).join(' ');
    const exited = `command '${command}' exited with ${exitCode}: , message: ${JSON.stringify(output)}`;
    const cause = exitCode === undefined ? output : exited;
    const message = `${what} for Container "${record.name}" in Pod "${state.pod.metadata.name}_${state.pod.metadata.namespace}(${state.uid})" failed - error: ${cause}`;
    return { ok, message };
  });
  return Promise.race([result, given]);
}
