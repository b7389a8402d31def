/** A Job's status and conditions, in the job controller's words (pkg/controller/job/job_controller.go). Pure. */
import { type Job, type Pod, timestamp } from '../../../../kube/objects.ts';
import { isReady } from '../pod-facts.ts';
import { formatIndexes, isIndexed, type Tally } from './job-tally.ts';

export type JobCondition = NonNullable<NonNullable<Job['status']>['conditions']>[number];

export interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export function conditionOfJob(job: Job, type: string): JobCondition | undefined {
  return job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

export function endOfJob(job: Job): JobCondition | undefined {
  return conditionOfJob(job, 'Complete') ?? conditionOfJob(job, 'Failed');
}

/** How it will end: decided already while its last pods still go, or by what its pods add up to. */
export function judgeJob(job: Job, pods: readonly Pod[], tally: Tally, nowMs: number): Verdict | undefined {
  const decided = conditionOfJob(job, 'FailureTarget') ?? conditionOfJob(job, 'SuccessCriteriaMet');
  if (decided) {
    const type = decided.type === 'FailureTarget' ? 'Failed' : 'Complete';
    return { type, reason: decided.reason ?? '', message: decided.message ?? '' };
  }
  const { completions, backoffLimit = 6, activeDeadlineSeconds } = job.spec ?? {};
  if (tally.failed > backoffLimit || hasRestartedTooOften(job, pods, backoffLimit)) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const started = Date.parse(job.status?.startTime ?? '');
  if (activeDeadlineSeconds !== undefined && started + activeDeadlineSeconds * 1000 <= nowMs) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const left = pods.some((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed');
  const complete = completions === undefined ? tally.succeeded > 0 && !left : tally.succeeded >= completions;
  if (!complete) return undefined;
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

/** pastBackoffLimitOnFailure: with restartPolicy OnFailure it is the restarts in place that count. */
function hasRestartedTooOften(job: Job, pods: readonly Pod[], backoffLimit: number): boolean {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

export interface JobFacts {
  readonly tally: Tally;
  readonly verdict: Verdict | undefined;
  readonly active: readonly Pod[];
  readonly terminating: number;
  readonly nowMs: number;
}

/** The final condition waits until the last pod is gone. */
export function statusOfJob(job: Job, facts: JobFacts): NonNullable<Job['status']> {
  const { tally, verdict, active, terminating, nowMs } = facts;
  const now = timestamp(nowMs);
  const conditions = verdict
    ? withVerdict(job.status?.conditions ?? [], verdict, terminating === 0, now)
    : withSuspension(job, now);
  const complete = conditions.some(({ type }) => type === 'Complete');
  const startTime = job.spec?.suspend ? undefined : (job.status?.startTime ?? now);
  return {
    ...(active.length > 0 && { active: active.length }),
    ...(isIndexed(job) && tally.completed.size > 0 && { completedIndexes: formatIndexes(tally.completed) }),
    ...(complete && { completionTime: now }),
    ...(conditions.length > 0 && { conditions }),
    ...(tally.failed > 0 && { failed: tally.failed }),
    ready: active.filter(isReady).length,
    ...(startTime && { startTime }),
    ...(tally.succeeded > 0 && { succeeded: tally.succeeded }),
    terminating,
    uncountedTerminatedPods: {},
  } as unknown as NonNullable<Job['status']>;
}

function withVerdict(before: readonly JobCondition[], verdict: Verdict, final: boolean, now: string): JobCondition[] {
  const { type, reason, message } = verdict;
  const first = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const types = [first, ...(final ? [type] : [])].filter((name) => !before.some((one) => one.type === name));
  return [...before, ...types.map((name) => condition(name, 'True', reason, message, now))];
}

function withSuspension(job: Job, now: string): JobCondition[] {
  const before = job.status?.conditions ?? [];
  const change = suspensionOf(job);
  if (!change) return before;
  const { status, reason, message } = change;
  return [...before.filter(({ type }) => type !== 'Suspended'), condition('Suspended', status, reason, message, now)];
}

/** What has to be said about `spec.suspend`, if it is news. */
export function suspensionOf(job: Job): { status: 'True' | 'False'; reason: string; message: string } | undefined {
  const current = job.status?.conditions?.find(({ type }) => type === 'Suspended');
  const wanted = job.spec?.suspend === true;
  if ((!current && !wanted) || current?.status === (wanted ? 'True' : 'False')) return undefined;
  return wanted
    ? { status: 'True', reason: 'JobSuspended', message: 'Job suspended' }
    : { status: 'False', reason: 'JobResumed', message: 'Job resumed' };
}

function condition(type: string, status: string, reason: string, message: string, now: string): JobCondition {
  return { lastProbeTime: now, lastTransitionTime: now, message, reason, status, type } as unknown as JobCondition;
}
