/** The arithmetic of a rolling update: surge, unavailability, proportional scaling (pkg/controller/deployment/util). Pure. */
import type { Deployment, ReplicaSet } from '../../../../kube/objects.ts';

export interface Bounds {
  readonly surge: number;
  readonly unavailable: number;
}

/** Percentages of the replicas: surge rounds up, unavailable down; both zero would be a standstill. */
export function boundsOf(deployment: Deployment): Bounds {
  const { replicas = 1, strategy } = deployment.spec ?? {};
  if (strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {};
  const surge = resolve(maxSurge, replicas, Math.ceil);
  const unavailable = resolve(maxUnavailable, replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

function resolve(value: unknown, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value));
  return percent ? round((Number(percent[1]) * total) / 100) : Number(value) || 0;
}

export function sum(sets: readonly ReplicaSet[], field: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, set) => total + (field(set) ?? 0), 0);
}

export const desired = (set: ReplicaSet): number => set.spec?.replicas ?? 0;
export const actual = (set: ReplicaSet): number => set.status?.replicas ?? 0;
export const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;

/** How big the new set may be right now. */
export function newSetSize(deployment: Deployment, newSet: ReplicaSet, all: readonly ReplicaSet[]): number {
  const { replicas = 1, strategy } = deployment.spec ?? {};
  if (strategy?.type === 'Recreate') return replicas;
  const room = replicas + boundsOf(deployment).surge - sum(all, desired);
  if (room <= 0) return desired(newSet);
  return desired(newSet) + Math.min(room, replicas - desired(newSet));
}

/** How many pods of old sets may go now: unhealthy ones first, then as many as availability allows. */
export function oldSetSizes(
  deployment: Deployment,
  newSet: ReplicaSet,
  old: readonly ReplicaSet[],
): Map<ReplicaSet, number> {
  const { replicas = 1 } = deployment.spec ?? {};
  const all = [...old, newSet];
  const minAvailable = replicas - boundsOf(deployment).unavailable;
  const newUnavailable = desired(newSet) - available(newSet);
  let removable = sum(all, desired) - minAvailable - newUnavailable;
  const sizes = new Map(old.map((set) => [set, desired(set)]));
  const byAge = [...old].sort(olderFirst);
  for (const set of byAge) {
    const unhealthy = Math.min(Math.max(0, removable), desired(set) - available(set));
    sizes.set(set, desired(set) - unhealthy);
    removable -= unhealthy;
  }
  const spareAvailable = sum(all, available) - minAvailable;
  let healthy = Math.max(0, spareAvailable);
  for (const set of byAge) {
    const take = Math.min(healthy, sizes.get(set) ?? 0);
    sizes.set(set, (sizes.get(set) ?? 0) - take);
    healthy -= take;
  }
  return sizes;
}

export function olderFirst(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return left === right ? ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1) : left < right ? -1 : 1;
}

/** Shares of several sets when a rollout is under way and the size changes: in proportion, the biggest first. */
export function proportionalSizes(deployment: Deployment, sets: readonly ReplicaSet[]): Map<ReplicaSet, number> {
  const { replicas = 1 } = deployment.spec ?? {};
  const allowed = replicas > 0 ? replicas + boundsOf(deployment).surge : 0;
  const current = sum(sets, desired);
  let left = allowed - current;
  const grows = left > 0;
  const order = [...sets].sort((a, b) => desired(b) - desired(a) || (grows ? olderFirst(b, a) : olderFirst(a, b)));
  const sizes = new Map<ReplicaSet, number>();
  for (const set of order) {
    const before = Number(set.metadata.annotations?.['deployment.kubernetes.io/max-replicas'] ?? current);
    const share = Math.round((desired(set) * allowed) / (before || 1)) - desired(set);
    const part = left > 0 ? Math.min(share, left) : Math.max(share, left);
    const step = left === 0 ? 0 : part;
    sizes.set(set, Math.max(0, desired(set) + step));
    left -= step;
  }
  const [biggest] = order;
  if (biggest && left !== 0) sizes.set(biggest, Math.max(0, (sizes.get(biggest) ?? 0) + left));
  return sizes;
}
