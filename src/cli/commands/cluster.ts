/** `netpol-lab cluster up|down|list`: clusters of our own, to play on or just to use with kubectl. */
import type { Command } from 'commander';
import type { ProviderName } from '../../cluster/provider.ts';
import type { Cli } from '../cli.ts';
import { contextOptions, type ElsewhereOptions } from '../elsewhere/options.ts';
import type { UpOptions } from './options.ts';
import { clockOption, cniOption, parsePort, parseWorkers, providerOption, textOrJson } from './options.ts';

interface DownOptions extends ElsewhereOptions {
  readonly on: ProviderName;
  readonly name: string;
  readonly all?: boolean;
}

export function addClusterCommands(program: Command, cli: Cli): void {
  const cluster = program.command('cluster').description('make, list and remove embedded clusters');
  upOptions(cluster.command('up').description("start a cluster; prints its kubeconfig's path on stdout"))
    .option('--detach', 'leave it running in a process of its own, which outlives this terminal')
    .action(async (options: UpOptions) => {
      const { clusterUp } = await import('../clusters/up.ts');
      cli.exitCode = await clusterUp(cli, options);
    });
  upOptions(cluster.command('serve', { hidden: true })).action(async (options: UpOptions) => {
    const { serveCluster } = await import('../clusters/up.ts');
    cli.exitCode = await serveCluster(cli, { ...options, detach: true });
  });
  const down = cluster
    .command('down')
    .description('stop a cluster and remove what it left')
    .addOption(providerOption())
    .option('--name <name>', 'name of the cluster', 'netpol')
    .option('--all', 'every one');
  contextOptions(down).action(async (options: DownOptions) => {
    if (options.on !== 'embedded') {
      const { downElsewhere } = await import('../elsewhere/down.ts');
      cli.exitCode = await downElsewhere(cli, { ...options, on: options.on });
      return;
    }
    const { clusterDown } = await import('../clusters/down.ts');
    cli.exitCode = await clusterDown(cli, options);
  });
  cluster
    .command('list')
    .description('list the clusters that are running')
    .addOption(textOrJson())
    .action(async (options: { output: string }) => {
      const { clusterList } = await import('../clusters/list.ts');
      cli.exitCode = await clusterList(cli, options);
    });
}

function upOptions(command: Command): Command {
  return command
    .option('--name <name>', 'name of the cluster', 'netpol')
    .addOption(clockOption().default('real'))
    .addOption(cniOption().default('calico'))
    .option('--port <port>', "port of the cluster's API (default: any free one)", parsePort)
    .option('--workers <count>', 'worker nodes', parseWorkers, 2)
    .option('--seed <seed>', 'of everything random in the cluster', '1');
}
