/**
 * What a Job's pods add up to. A pod carries a finalizer until it has been counted, so that one that is deleted still
 * counts, and none counts twice (pkg/controller/job, trackJobStatusAndRemoveFinalizers). Pure.
 */
import type { Job, Pod } from '../../../../kube/objects.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
export const indexKey = 'batch.kubernetes.io/job-completion-index';

export interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  /** Of an Indexed Job: which of its indexes are done. */
  readonly completed: ReadonlySet<number>;
}

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(trackingFinalizer) ?? false;
}

/** Ended, or told to go: what is being deleted will never succeed. */
export function isCountable(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined;
}

export function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[indexKey] ?? -1);
}

/** What the status says, and the pods that it does not include yet. */
export function tallyOf(job: Job, pods: readonly Pod[]): Tally {
  const { succeeded = 0, failed = 0, completedIndexes = '' } = job.status ?? {};
  const fresh = pods.filter((pod) => isTracked(pod) && isCountable(pod));
  const good = fresh.filter((pod) => pod.status?.phase === 'Succeeded');
  const completed = new Set([...parseIndexes(completedIndexes), ...(isIndexed(job) ? good.map(indexOf) : [])]);
  return {
    succeeded: isIndexed(job) ? completed.size : succeeded + good.length,
    failed: failed + fresh.length - good.length,
    completed,
  };
}

/** `0-2,5`, but `0,1` for a pair, as orderedIntervals.String writes it. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const parts: string[] = [];
  const sorted = [...indexes].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    if (end === at) parts.push(`${sorted[at]}`);
    else parts.push(`${sorted[at]}${end === at + 1 ? ',' : '-'}${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(',');
}

function parseIndexes(text: string): number[] {
  return text
    .split(',')
    .filter(Boolean)
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    });
}
