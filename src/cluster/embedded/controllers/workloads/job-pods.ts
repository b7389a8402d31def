/** Makes and removes the pods of a Job: as many as may run at once, after a failure ever later (pkg/controller/job, manageJob). */
import type { Job, Pod } from '../../../../kube/objects.ts';
import { StatusError } from '../../api/machinery.ts';
import type { ControllerContext } from '../context.ts';
import { podFromTemplate } from '../replicas/pod-from-template.ts';
import { indexKey, indexOf, isIndexed, isTracked, type Tally, trackingFinalizer } from './job-tally.ts';

type PodSpec = NonNullable<Pod['spec']>;
export type TellJob = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** Unless `counted`, they lose their finalizer first and are no failures: a Job that is suspended or wants fewer pods. */
export function removePods(context: ControllerContext, pods: readonly Pod[], counted: boolean, tell: TellJob): void {
  for (const pod of pods) {
    if (!counted) release(context, pod);
    context.stores.pods.remove(pod.metadata.namespace, pod.metadata.name ?? '');
    tell('Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }
}

export function release({ stores }: ControllerContext, pod: Pod): void {
  const { namespace, name = '' } = pod.metadata;
  const current = stores.pods.find(namespace, name);
  if (!current || current.metadata.uid !== pod.metadata.uid || !isTracked(current)) return;
  const { finalizers = [], ...metadata } = current.metadata;
  const left = finalizers.filter((finalizer) => finalizer !== trackingFinalizer);
  stores.pods.update({ ...current, metadata: { ...metadata, ...(left.length > 0 && { finalizers: left }) } });
}

/** Returns the refusal that stopped it, if one did. */
export function fillJob(
  context: ControllerContext,
  job: Job,
  pods: readonly Pod[],
  active: readonly Pod[],
  tally: Tally,
  tell: TellJob,
  again: (delayMs: number) => void,
): StatusError | undefined {
  const { completions, parallelism = 1 } = job.spec ?? {};
  const running = tally.succeeded > 0 ? active.length : parallelism;
  const wanted =
    completions === undefined ? running : Math.max(0, Math.min(parallelism, completions - tally.succeeded));
  if (active.length >= wanted) {
    removePods(context, active.slice(wanted), false, tell);
    return undefined;
  }
  const left = backOffLeft(pods, tally, context.clock.now());
  if (left > 0) {
    again(left);
    return undefined;
  }
  try {
    for (const index of nextIndexes(job, active, tally, wanted)) {
      const pod = context.stores.pods.create(podOfJob(job, index));
      tell('Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    tell('Warning', 'FailedCreate', `Error creating: ${error.message}`);
    return error;
  }
  return undefined;
}

/** 10 s after the first failure, doubling to 10 minutes. */
function backOffLeft(pods: readonly Pod[], { failed }: Tally, nowMs: number): number {
  if (failed === 0) return 0;
  const wait = Math.min(10_000 * 2 ** (failed - 1), 600_000);
  const ends = pods
    .filter((pod) => pod.status?.phase === 'Failed')
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .map(({ state }) => Date.parse(String(state?.terminated?.finishedAt ?? '')));
  return Math.max(0, ...ends.filter((time) => !Number.isNaN(time))) + wait - nowMs;
}

/** One entry per pod to make; without indexes they are undefined. */
function nextIndexes(job: Job, active: readonly Pod[], tally: Tally, wanted: number): (number | undefined)[] {
  const count = wanted - active.length;
  if (!isIndexed(job)) return Array.from({ length: count }, () => undefined);
  const taken = new Set([...tally.completed, ...active.map(indexOf)]);
  const free = Array.from({ length: job.spec?.completions ?? 0 }, (_, index) => index);
  return free.filter((index) => !taken.has(index)).slice(0, count);
}

function podOfJob(job: Job, index: number | undefined): Pod {
  const owner = { ...job, apiVersion: 'batch/v1', kind: 'Job' };
  const pod = podFromTemplate(owner, job.spec?.template);
  const finalizers = [...(pod.metadata.finalizers ?? []), trackingFinalizer];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const mark = { [indexKey]: String(index) };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${job.metadata.name}-${index}-`,
      labels: { ...pod.metadata.labels, ...mark },
      annotations: { ...pod.metadata.annotations, ...mark },
      finalizers,
    },
    spec: withIndex(pod.spec ?? { containers: [] }, `${job.metadata.name}-${index}`),
  };
}

const indexVariable = 'JOB_COMPLETION_INDEX';

function withIndex(spec: PodSpec, hostname: string): PodSpec {
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${indexKey}']` };
  const add = <T extends { env?: { name: string }[] }>(container: T): T =>
    container.env?.some(({ name }) => name === indexVariable)
      ? container
      : { ...container, env: [...(container.env ?? []), { name: indexVariable, valueFrom: { fieldRef } }] };
  return {
    ...spec,
    ...(spec.initContainers && { initContainers: spec.initContainers.map(add) }),
    containers: spec.containers.map(add),
    hostname: spec.hostname ?? hostname,
  };
}
