/** CronJobs: makes Jobs on schedule, minds concurrency, keeps a short history (pkg/controller/cronjob). */

import { type CronJob, type Job, timestamp } from '../../../../kube/objects.ts';
import { sameJson } from '../../api/machinery/core.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { controllerOf } from '../pod-facts.ts';
import { ownerReference } from '../replicas/claim.ts';
import { parseSchedule } from './cron-schedule.ts';

export function startCronJobController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const cronJob = stores.cronJobs.find(namespace, name);
    if (cronJob && !cronJob.metadata.deletionTimestamp)
      reconcile(context, cronJob, (delayMs) => queue.addAfter(key, delayMs));
  });
  const stops = [
    stores.cronJobs.watch(({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    stores.jobs.watch(({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'CronJob') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function endOf(job: Job): 'Complete' | 'Failed' | undefined {
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return end?.type as 'Complete' | 'Failed' | undefined;
}

function reconcile(context: ControllerContext, cronJob: CronJob, again: (delayMs: number) => void): void {
  const { stores, clock } = context;
  const { namespace } = cronJob.metadata;
  const jobs = stores.jobs.list(namespace).filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid);
  const known = new Set((cronJob.status?.active ?? []).map(({ uid }) => uid));
  const active = jobs.filter((job) => !endOf(job) && known.has(job.metadata.uid));
  for (const job of jobs) {
    if (endOf(job) || known.has(job.metadata.uid)) continue;
    const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
    tell(context, cronJob, 'Warning', 'UnexpectedJob', message);
  }
  let { lastScheduleTime } = cronJob.status ?? {};
  let running = active;
  const schedule = parseSchedule(cronJob.spec?.schedule ?? '');
  if (schedule && !cronJob.spec?.suspend) {
    const now = clock.now();
    const since = Date.parse(lastScheduleTime ?? cronJob.metadata.creationTimestamp ?? '');
    const due = latestDue(schedule, since, now);
    const policy = cronJob.spec?.concurrencyPolicy ?? 'Allow';
    const late = cronJob.spec?.startingDeadlineSeconds;
    const inTime = due !== undefined && (late === undefined || now - due <= late * 1000);
    if (due !== undefined && inTime && policy === 'Forbid' && active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      tell(context, cronJob, 'Normal', 'JobAlreadyActive', message);
    } else if (due !== undefined && inTime) {
      if (policy === 'Replace') for (const job of active) deleteJob(context, cronJob, job);
      running = [...(policy === 'Replace' ? [] : active), startJob(context, cronJob, due)];
      lastScheduleTime = timestamp(due);
    }
    const next = schedule.next(now);
    if (next !== undefined) again(next - now);
  }
  trim(context, cronJob, jobs);
  publish(context, cronJob, running, jobs, lastScheduleTime);
}

/** Of several missed times only the last counts. */
function latestDue(
  schedule: { next(afterMs: number): number | undefined },
  sinceMs: number,
  nowMs: number,
): number | undefined {
  let due: number | undefined;
  for (
    let next = schedule.next(sinceMs), i = 0;
    next !== undefined && next <= nowMs && i < 10_000;
    next = schedule.next(next), i++
  )
    due = next;
  return due;
}

function startJob(context: ControllerContext, cronJob: CronJob, dueMs: number): Job {
  const { name = '', namespace = '' } = cronJob.metadata;
  const { metadata, spec } = cronJob.spec?.jobTemplate ?? {};
  const job = context.stores.jobs.create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(dueMs / 60_000)}`,
      namespace,
      ...(metadata?.labels && { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(dueMs) },
      ownerReferences: [ownerReference({ ...cronJob, apiVersion: 'batch/v1', kind: 'CronJob' })],
    },
    spec,
  } as Job);
  tell(context, cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
  return job;
}

function deleteJob(context: ControllerContext, cronJob: CronJob, job: Job): void {
  context.stores.jobs.remove(job.metadata.namespace, job.metadata.name ?? '', { propagationPolicy: 'Background' });
  tell(context, cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
}

function trim(context: ControllerContext, cronJob: CronJob, jobs: readonly Job[]): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec ?? {};
  const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit };
  for (const [end, limit] of Object.entries(limits)) {
    const ended = jobs.filter((job) => endOf(job) === end);
    ended.sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) deleteJob(context, cronJob, job);
  }
}

function publish(
  context: ControllerContext,
  cronJob: CronJob,
  active: readonly Job[],
  jobs: readonly Job[],
  lastScheduleTime: string | undefined,
): void {
  const { stores } = context;
  const { namespace, name = '' } = cronJob.metadata;
  const current = stores.cronJobs.find(namespace, name);
  if (!current) return;
  const before = current.status?.active ?? [];
  for (const { name: jobName } of before) {
    const job = jobs.find((candidate) => candidate.metadata.name === jobName);
    const end = job && endOf(job);
    if (!job) tell(context, cronJob, 'Normal', 'MissingJob', `Active job went missing: ${jobName}`);
    if (end) tell(context, cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${jobName}, condition: ${end}`);
  }
  const ends = jobs.filter((job) => endOf(job) === 'Complete').map((job) => String(job.status?.completionTime ?? ''));
  const lastSuccessfulTime = ends.sort().at(-1) ?? current.status?.lastSuccessfulTime;
  const references = active.map(({ metadata }) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: metadata.name ?? '',
    namespace: namespace ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    uid: metadata.uid ?? '',
  }));
  const unchanged = sameJson(
    references.map(({ uid }) => uid),
    before.map(({ uid }) => uid),
  );
  const status = {
    ...(references.length > 0 && { active: unchanged ? before : references }),
    ...(lastScheduleTime && { lastScheduleTime }),
    ...(lastSuccessfulTime && { lastSuccessfulTime }),
  };
  if (!sameJson(status, current.status ?? {}))
    stores.cronJobs.updateStatus({ ...current, status } as unknown as CronJob);
}

function tell(
  { events }: ControllerContext,
  cronJob: CronJob,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const about = { ...cronJob, apiVersion: 'batch/v1', kind: 'CronJob' };
  events.record({ component: 'cronjob-controller' }, { about, type, reason, message });
}
