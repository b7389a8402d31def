/**
 * In which container of a pod a probe runs: they share one network, so any will do. First the one that kubectl would take, then
 * those beside it, in case the first holds none of the programs.
 */
import type { Pod } from '../kube/objects.ts';

/** As `kubectl exec` reads it; https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container */
const defaultContainer = 'kubectl.kubernetes.io/default-container';

export interface ContainerChoice {
  /** Running, best first; empty when `first` is not running. */
  readonly names: readonly string[];
  /** The one that was asked for, or that kubectl would take. */
  readonly first: string;
}

/** A container that was asked for is the only choice. One that is not running yet is waited for, not replaced by another. */
export function chooseContainers(pod: Pod, wanted?: string): ContainerChoice {
  const all = pod.spec?.containers.map(({ name }) => name) ?? [];
  const annotated = pod.metadata.annotations?.[defaultContainer];
  const usual = annotated !== undefined && all.includes(annotated) ? annotated : (all[0] ?? '');
  const first = wanted ?? usual;
  const running = new Set(
    pod.status?.containerStatuses?.filter(({ state }) => state?.running !== undefined).map(({ name }) => name),
  );
  if (!running.has(first)) return { names: [], first };
  if (wanted !== undefined) return { names: [wanted], first };
  return { names: [first, ...all.filter((name) => name !== first && running.has(name))], first };
}
