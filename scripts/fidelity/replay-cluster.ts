/** The cluster under test: the embedded one, built as the recordings assume (one worker, `kind-netpol`), on a virtual clock. */
import { join } from 'node:path';
import { createEmbeddedCluster } from '../../src/cluster/embedded/cluster.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import type { Seen } from './fixture.ts';

export interface ReplayCluster {
  readonly kubeconfig: string;
  /** Facts that the recordings' steps use: names and addresses of nodes and of the machine outside. */
  readonly given: Readonly<Record<string, string>>;
  /** Virtual milliseconds. */
  now(): number;
  advance(seconds: number): Promise<void>;
  /** Real time until the returned function is called. */
  keepRealTime(): () => void;
  /** A command on the machine outside the cluster. */
  outside(argv: readonly string[]): Promise<Seen>;
  close(): Promise<void>;
}

/** `namespace` becomes that of the kubeconfig's context. */
export async function openCluster(folder: string, namespace: string): Promise<ReplayCluster> {
  const clock = virtualClock({ reactionMs: 250 });
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = await createEmbeddedCluster({
    name: 'netpol',
    contextName: 'kind-netpol',
    workers: 1,
    clock,
    seed: 'fidelity',
    kubeconfigPath: kubeconfig,
    namespace,
    outside: [],
  });
  return {
    kubeconfig,
    given: cluster.given,
    now: () => clock.now(),
    keepRealTime: () => clock.keepRealTime(),
    advance: (seconds) => clock.advance(seconds * 1000),
    outside: (argv) => cluster.outsideExec(argv),
    close: () => cluster.close(),
  };
}
