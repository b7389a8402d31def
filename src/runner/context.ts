/** What a session works with: a scenario, a cluster behind its API, a way to run commands, and somebody who listens. */
import type { Cluster } from '../cluster/provider.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Scenario } from '../scenario/model.ts';
import type { CommandRunner } from './commands.ts';
import type { RunnerEvent } from './events.ts';

export interface LabContext {
  readonly scenario: Scenario;
  readonly client: KubeClient;
  readonly cluster: Pick<Cluster, 'name' | 'provider' | 'kubeconfig' | 'setOutside'>;
  /**
   * True where the whole cluster is the lab's own (embedded, kind). Elsewhere every object that we make carries our label,
   * and nothing without it is ever deleted.
   */
  readonly ownsCluster: boolean;
  /** For pods whose own containers have nothing to probe with; default: the probe's own. */
  readonly probeImage?: string;
  readonly run: CommandRunner;
  readonly emit: (event: RunnerEvent) => void;
  readonly signal: AbortSignal;
}

export const labLabel = 'app.kubernetes.io/managed-by';
export const labLabelValue = 'netpol-lab';
export const fieldManager = 'netpol-lab';
/** Where what belongs to a running lab is kept, on a cluster that is wholly the lab's. */
export const stateNamespace = 'netpol-lab';

/** Where several learners share a cluster, each has a place of their own. */
export function stateNamespaceOf({ connection }: Pick<KubeClient, 'connection'>): string {
  return connection.lab?.prefix ?? stateNamespace;
}

/** Reports how long a piece of work took, whatever comes of it. */
export async function timed<T>(context: Pick<LabContext, 'emit'>, what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  context.emit({ type: 'work-started', what });
  try {
    return await work();
  } finally {
    context.emit({ type: 'work-finished', what, durationMs: performance.now() - started });
  }
}
