/** Jobs: pods that run to the end, so many times, with a limit on failures (pkg/controller/job/job_controller.go). */
import { isDeepStrictEqual } from 'node:util';
import { type Job, type Pod, timestamp } from '../../../../kube/objects.ts';
import { StatusError } from '../../api/machinery.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { controllerOf, isActive, isReady } from '../pod-facts.ts';
import { claimPods } from '../replicas/claim.ts';
import { podFromTemplate } from '../replicas/pod-from-template.ts';

type Condition = NonNullable<NonNullable<Job['status']>['conditions']>[number];
type Verdict = { readonly type: 'Complete' | 'Failed'; readonly reason: string; readonly message: string };

export function startJobController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const job = stores.jobs.find(namespace, name);
    if (job) reconcile(context, job, (delayMs) => queue.addAfter(key, delayMs));
  });
  const stops = [
    stores.jobs.watch(({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    stores.pods.watch(({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'Job') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function reconcile(context: ControllerContext, job: Job, again: (delayMs: number) => void): void {
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  if (end) {
    expire(context, job, end, again);
    return;
  }
  const pods = claimPods(context, { ...job, apiVersion: 'batch/v1', kind: 'Job' }, job.spec?.selector);
  const active = pods.filter(isActive);
  const verdict = judge(context, job, pods);
  if (verdict || job.spec?.suspend) {
    for (const pod of active) context.stores.pods.remove(pod.metadata.namespace, pod.metadata.name ?? '');
  } else if (!job.metadata.deletionTimestamp) fill(context, job, pods, active, again);
  publish(context, job, verdict);
  watchDeadline(context, job, again);
}

function succeeded(pods: readonly Pod[]): number {
  return pods.filter((pod) => pod.status?.phase === 'Succeeded').length;
}

function failed(pods: readonly Pod[]): number {
  return pods.filter((pod) => pod.status?.phase === 'Failed').length;
}

function restarts(pods: readonly Pod[]): number {
  return pods
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function judge({ clock }: ControllerContext, job: Job, pods: readonly Pod[]): Verdict | undefined {
  const { completions, backoffLimit = 6, activeDeadlineSeconds, template } = job.spec ?? {};
  const failures = failed(pods) + (template?.spec?.restartPolicy === 'OnFailure' ? restarts(pods.filter(isActive)) : 0);
  if (failures > backoffLimit) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const started = Date.parse(job.status?.startTime ?? '');
  if (activeDeadlineSeconds !== undefined && started + activeDeadlineSeconds * 1000 <= clock.now()) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const done = succeeded(pods);
  const complete = completions === undefined ? done > 0 && pods.every((pod) => !isActive(pod)) : done >= completions;
  if (!complete) return undefined;
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

/** After a failure the next pod waits 10 s, doubling to 10 minutes. */
function fill(
  context: ControllerContext,
  job: Job,
  pods: readonly Pod[],
  active: readonly Pod[],
  again: (delayMs: number) => void,
): void {
  const { completions, parallelism = 1 } = job.spec ?? {};
  const done = succeeded(pods);
  const wanted =
    completions === undefined ? (done > 0 ? active.length : parallelism) : Math.min(parallelism, completions - done);
  const failures = failed(pods);
  if (active.length >= wanted) {
    for (const pod of active.slice(wanted)) context.stores.pods.remove(pod.metadata.namespace, pod.metadata.name ?? '');
    return;
  }
  if (failures > 0) {
    const wait = Math.min(10_000 * 2 ** (failures - 1), 600_000);
    const left = lastEnd(pods) + wait - context.clock.now();
    if (left > 0) {
      again(left);
      return;
    }
  }
  const about = { ...job, apiVersion: 'batch/v1', kind: 'Job' };
  for (let i = active.length; i < wanted; i++) {
    try {
      const pod = context.stores.pods.create(podFromTemplate(about, job.spec?.template, indexedName(job, pods, i)));
      tell(context, job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (error instanceof StatusError)
        tell(context, job, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
      throw error;
    }
  }
}

function indexedName({ metadata, spec }: Job, pods: readonly Pod[], at: number): string | undefined {
  return spec?.completionMode === 'Indexed'
    ? `${metadata.name}-${at}-${String(pods.length).padStart(5, '0')}`
    : undefined;
}

function lastEnd(pods: readonly Pod[]): number {
  const ends = pods
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .map(({ state }) => Date.parse(String(state?.terminated?.finishedAt ?? '')));
  return Math.max(0, ...ends.filter((time) => !Number.isNaN(time)));
}

function publish(context: ControllerContext, job: Job, verdict: Verdict | undefined): void {
  const { stores, clock } = context;
  const { namespace, name = '' } = job.metadata;
  const current = stores.jobs.find(namespace, name);
  if (!current) return;
  const pods = stores.pods.list(namespace).filter((pod) => controllerOf(pod)?.uid === current.metadata.uid);
  const active = verdict ? [] : pods.filter(isActive);
  const counts = { succeeded: succeeded(pods), failed: failed(pods) };
  const now = timestamp(clock.now());
  const conditions = verdict ? withVerdict(current, verdict, now) : suspended(current, now);
  const status = {
    ...(active.length > 0 && { active: active.length }),
    ...(verdict?.type === 'Complete' && { completionTime: now }),
    ...(conditions.length > 0 && { conditions }),
    ...(counts.failed > 0 && { failed: counts.failed }),
    ready: active.filter(isReady).length,
    ...(!current.spec?.suspend && { startTime: current.status?.startTime ?? now }),
    ...(counts.succeeded > 0 && { succeeded: counts.succeeded }),
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp).length,
    uncountedTerminatedPods: {},
  };
  if (isDeepStrictEqual(status, current.status)) return;
  stores.jobs.updateStatus({ ...current, status } as unknown as Job);
  if (verdict?.type === 'Complete') tell(context, job, 'Normal', 'Completed', 'Job completed');
  else if (verdict) tell(context, job, 'Warning', verdict.reason, verdict.message);
}

function withVerdict(job: Job, { type, reason, message }: Verdict, now: string): Condition[] {
  const condition = (name: string) => ({
    lastProbeTime: now,
    lastTransitionTime: now,
    message,
    reason,
    status: 'True',
    type: name,
  });
  const first = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  return [...(job.status?.conditions ?? []), condition(first), condition(type)] as Condition[];
}

function suspended(job: Job, now: string): Condition[] {
  const before = job.status?.conditions ?? [];
  const current = before.find(({ type }) => type === 'Suspended');
  const wanted = job.spec?.suspend === true;
  if ((!current && !wanted) || current?.status === (wanted ? 'True' : 'False')) return before;
  const [reason, message] = wanted ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const next = {
    lastProbeTime: now,
    lastTransitionTime: now,
    message,
    reason,
    status: wanted ? 'True' : 'False',
    type: 'Suspended',
  };
  return [...before.filter(({ type }) => type !== 'Suspended'), next] as Condition[];
}

function watchDeadline({ clock, stores }: ControllerContext, job: Job, again: (delayMs: number) => void): void {
  const seconds = job.spec?.activeDeadlineSeconds;
  const started = stores.jobs.find(job.metadata.namespace, job.metadata.name ?? '')?.status?.startTime;
  if (seconds !== undefined && started) again(Math.max(0, Date.parse(started) + seconds * 1000 - clock.now()));
}

/** ttlSecondsAfterFinished. */
function expire(
  { stores, clock }: ControllerContext,
  job: Job,
  end: Condition,
  again: (delayMs: number) => void,
): void {
  const ttl = job.spec?.ttlSecondsAfterFinished;
  if (ttl === undefined || job.metadata.deletionTimestamp) return;
  const left = Date.parse(String(end.lastTransitionTime)) + ttl * 1000 - clock.now();
  if (left > 0) again(left);
  else stores.jobs.remove(job.metadata.namespace, job.metadata.name ?? '', { propagationPolicy: 'Foreground' });
}

function tell(
  { events }: ControllerContext,
  job: Job,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  events.record(
    { component: 'job-controller' },
    { about: { ...job, apiVersion: 'batch/v1', kind: 'Job' }, type, reason, message },
  );
}
