/** From a kubeconfig to a LabContext: the client, the command runner, and somebody who listens to the events. */
import type { Cluster } from '../../cluster/provider.ts';
import { createClientPool } from '../../kube/client-pool.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { LabContext } from '../../runner/context.ts';
import type { RunnerEvent } from '../../runner/events.ts';
import type { Scenario } from '../../scenario/model.ts';
import type { Cli } from '../cli.ts';
import { createCommandRunner } from '../command-runner.ts';
import type { KubectlChoice } from '../commands/options.ts';

export interface OpenOptions {
  readonly scenario: Scenario;
  readonly cluster: Pick<Cluster, 'name' | 'provider' | 'kubeconfig' | 'setOutside'>;
  readonly kubectl: KubectlChoice;
  readonly probeImage?: string | undefined;
  readonly emit: (event: RunnerEvent) => void;
}

export interface OpenLab extends Disposable {
  readonly context: LabContext;
}

export async function openLab(
  cli: Cli,
  { scenario, cluster, kubectl, probeImage, emit }: OpenOptions,
): Promise<OpenLab> {
  const clients = cli.io.within?.clients ?? createClientPool();
  const client = await clients.clientFor(await readKubeconfig(cluster.kubeconfig));
  const context: LabContext = {
    scenario,
    client,
    cluster,
    ownsCluster: cluster.provider !== 'existing',
    run: createCommandRunner(cli, { kubeconfig: cluster.kubeconfig, kubectl, within: { clients, scenario } }),
    ...(probeImage !== undefined && { probeImage }),
    emit,
    signal: cli.io.signal,
  };
  return { context, [Symbol.dispose]: () => cli.io.within?.clients === clients || clients[Symbol.dispose]() };
}
