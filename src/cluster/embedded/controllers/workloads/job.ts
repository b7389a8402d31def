/** Jobs: pods that run to the end, so many times, with a limit on failures (pkg/controller/job/job_controller.go). */

import type { Job, Pod } from '../../../../kube/objects.ts';
import { sameJson } from '../../api/machinery/core.ts';
import type { StatusError } from '../../api/machinery.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { controllerOf, isActive } from '../pod-facts.ts';
import { claimPods } from '../replicas/claim.ts';
import { fillJob, release, removePods, type TellJob } from './job-pods.ts';
import { endOfJob, type JobCondition, judgeJob, statusOfJob, suspensionOf, type Verdict } from './job-status.ts';
import { isCountable, isTracked, tallyOf } from './job-tally.ts';

type Again = (delayMs: number) => void;

export function startJobController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const job = stores.jobs.find(namespace, name);
    releaseOrphans(context, namespace, name, job?.metadata.uid);
    if (job) reconcile(context, job, (delayMs) => queue.addAfter(key, delayMs));
  });
  const stops = [
    stores.jobs.watch(({ object }) => queue.add(keyOf(object))),
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

/** Nobody counts the pods of a Job that is gone. */
function releaseOrphans(
  context: ControllerContext,
  namespace: string | undefined,
  name: string,
  uid: string | undefined,
): void {
  for (const pod of context.stores.pods.list(namespace)) {
    const owner = controllerOf(pod);
    if (owner?.kind === 'Job' && owner.name === name && owner.uid !== uid && isTracked(pod)) release(context, pod);
  }
}

function reconcile(context: ControllerContext, job: Job, again: Again): void {
  const { stores, clock } = context;
  const tell = teller(context, job);
  const owned = (): Pod[] =>
    stores.pods.list(job.metadata.namespace).filter((pod) => controllerOf(pod)?.uid === job.metadata.uid);
  const end = endOfJob(job);
  if (end || job.metadata.deletionTimestamp) {
    for (const pod of owned()) release(context, pod);
    if (end) expire(context, job, end, again);
    return;
  }
  const pods = claimPods(context, { ...job, apiVersion: 'batch/v1', kind: 'Job' }, job.spec?.selector);
  const active = pods.filter(isActive);
  const tally = tallyOf(job, pods);
  const verdict = judgeJob(job, pods, tally, clock.now());
  let failure: StatusError | undefined;
  if (verdict) removePods(context, active, true, tell);
  else if (job.spec?.suspend) removePods(context, active, false, tell);
  else failure = fillJob(context, job, pods, active, tally, tell, again);
  publish(context, job, owned(), verdict, tell);
  watchDeadline(context, job, again);
  if (failure) throw failure;
}

function publish(
  context: ControllerContext,
  job: Job,
  pods: readonly Pod[],
  verdict: Verdict | undefined,
  tell: TellJob,
): void {
  const { stores, clock } = context;
  const current = stores.jobs.find(job.metadata.namespace, job.metadata.name ?? '');
  if (!current) return;
  const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const status = statusOfJob(current, {
    tally: tallyOf(current, pods),
    verdict,
    active: pods.filter(isActive),
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp && !isOver(pod)).length,
    nowMs: clock.now(),
  });
  const suspension = suspensionOf(current);
  if (!sameJson(status, current.status)) stores.jobs.updateStatus({ ...current, status });
  for (const pod of pods) if (isCountable(pod)) release(context, pod);
  const end = endOfJob({ ...current, status });
  if (end?.type === 'Complete') tell('Normal', 'Completed', 'Job completed');
  else if (end) tell('Warning', end.reason ?? '', end.message ?? '');
  else if (!verdict && suspension) tell('Normal', suspension.reason.slice('Job'.length), suspension.message);
}

function watchDeadline({ clock, stores }: ControllerContext, job: Job, again: Again): void {
  const seconds = job.spec?.activeDeadlineSeconds;
  const current = stores.jobs.find(job.metadata.namespace, job.metadata.name ?? '');
  const started = current && !endOfJob(current) && current.status?.startTime;
  if (seconds === undefined || !started) return;
  const left = Date.parse(started) + seconds * 1000 - clock.now();
  if (left > 0) again(left);
}

/** ttlSecondsAfterFinished. */
function expire({ stores, clock }: ControllerContext, job: Job, end: JobCondition, again: Again): void {
  const ttl = job.spec?.ttlSecondsAfterFinished;
  if (ttl === undefined || job.metadata.deletionTimestamp) return;
  const left = Date.parse(String(end.lastTransitionTime)) + ttl * 1000 - clock.now();
  if (left > 0) again(left);
  else stores.jobs.remove(job.metadata.namespace, job.metadata.name ?? '', { propagationPolicy: 'Foreground' });
}

function teller({ events }: ControllerContext, job: Job): TellJob {
  const about = { ...job, apiVersion: 'batch/v1', kind: 'Job' };
  return (type, reason, message) => events.record({ component: 'job-controller' }, { about, type, reason, message });
}
