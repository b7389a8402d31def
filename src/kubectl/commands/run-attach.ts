/** Waits for a pod's container, attaches to it, and passes on how it ended: for run, debug and their like. */
import { wellKnown } from '../../kube/client.ts';
import type { ContainerStatus, KubeObject, Pod } from '../../kube/objects.ts';
import { ExitWith, KubectlError } from '../errors.ts';
import { deadlineAfter, observe } from '../resources/observe.ts';
import { resolveType } from '../resources/types.ts';
import type { Session } from '../session.ts';
import { attachTo } from './exec.ts';

export interface AttachNewOptions {
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
  /** The pod's own exit code becomes ours. */
  readonly waitForExit: boolean;
  readonly timeoutMs: number;
  /** Default: the pod's first. */
  readonly container?: string;
}

export async function attachToNewPod(session: Session, created: Pod, options: AttachNewOptions): Promise<number> {
  const container = options.container ?? created.spec?.containers[0]?.name ?? '';
  const pod = await waitForContainer(session, created, container, options.timeoutMs);
  const status = statusOf(pod, container);
  if (status?.state?.terminated) await streamLogs(session, pod, container);
  else await attachOrLog(session, pod, container, options);
  return options.waitForExit ? exitCodeOf(session, pod) : 0;
}

export function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  const { status } = pod;
  const all = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
  return all.find(({ name }) => name === container);
}

/** Until it runs or has ended. */
export async function waitForContainer(session: Session, pod: Pod, container: string, timeoutMs: number): Promise<Pod> {
  let last: Pod = pod;
  const started = (object: KubeObject | undefined): boolean => {
    if (!object) throw new KubectlError(`pods ${JSON.stringify(pod.metadata.name)} not found`);
    last = object as unknown as Pod;
    const state = statusOf(last, container)?.state;
    return state?.running !== undefined || state?.terminated !== undefined;
  };
  const met = await observe(session, await targetOf(session, pod), started, deadlineAfter(timeoutMs));
  if (!met) throw new KubectlError('timed out waiting for the condition');
  return last;
}

async function targetOf(session: Session, { metadata }: Pod) {
  return { type: await resolveType(session, 'pods'), namespace: metadata.namespace, name: metadata.name ?? '' };
}

async function attachOrLog(session: Session, pod: Pod, container: string, options: AttachNewOptions): Promise<void> {
  const known = [...(pod.spec?.containers ?? []), ...(pod.spec?.ephemeralContainers ?? [])].find(
    ({ name }) => name === container,
  );
  try {
    await attachTo(session, pod, { name: container, ...(known?.tty && { tty: true }) }, options);
  } catch (error) {
    if (session.signal.aborted || !(error instanceof KubectlError)) throw error;
    // the container may have been quicker than we were
    session.err(
      `warning: couldn't attach to pod/${pod.metadata.name}, falling back to streaming logs: ${error.message}\n`,
    );
    await streamLogs(session, pod, container);
  }
}

export async function streamLogs(session: Session, { metadata }: Pod, container: string): Promise<void> {
  const search = new URLSearchParams({ container, follow: 'true' });
  const path = `/api/v1/namespaces/${metadata.namespace}/${wellKnown.pods.resource}/${metadata.name}/log?${search}`;
  for await (const chunk of session.stream({ path, accept: 'application/json, */*' })) session.out(chunk);
}

/** Waits for the end. Throws as kubectl run does when the pod failed. */
async function exitCodeOf(session: Session, pod: Pod): Promise<number> {
  let last: Pod = pod;
  await observe(
    session,
    await targetOf(session, pod),
    (object) => {
      if (!object) return true;
      last = object as unknown as Pod;
      return last.status?.phase === 'Succeeded' || last.status?.phase === 'Failed';
    },
    deadlineAfter(0),
  );
  if (last.status?.phase !== 'Failed') return 0;
  const ended = last.status.containerStatuses?.[0]?.state?.terminated;
  session.err(`pod ${last.metadata.namespace}/${last.metadata.name} terminated (${ended?.reason ?? 'Unknown'})\n`);
  throw new ExitWith(ended?.exitCode || 1);
}
