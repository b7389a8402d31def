/** `netpol-lab matrix`: who may reach whom, by policy, from manifests or from a cluster; `--diff A B` shows what a change does. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TablePort } from '../../policy/truth-table.ts';
import type { Cli } from '../cli.ts';
import type { MatrixOptions } from '../matrix/options.ts';
import { nameOption } from './options.ts';

export function addMatrixCommand(program: Command, cli: Cli): void {
  program
    .command('matrix')
    .description('who may reach whom, on which port, by policy: a truth table of workloads')
    .option(
      '-f, --filename <path>',
      'manifests: a file, a folder (with its subfolders), or - for stdin; repeatable',
      collect,
    )
    .option('--diff <paths...>', 'two files or folders: which flows the second opens or closes')
    .option('--context <name>', 'a context of your own kubeconfig, instead of the running lab')
    .addOption(nameOption())
    .option('--kubeconfig <path>', 'the cluster to ask, instead of one by name')
    .option('--namespace <name>', 'only flows from or to this namespace; repeatable', collect)
    .option(
      '--port <port/protocol>',
      'ask this port of everybody, e.g. 443/tcp; repeatable (default: what workloads declare)',
      collectPorts,
    )
    .option('--outside <address>', 'an address beyond the cluster as a row and a column; repeatable', collect)
    .addOption(
      new Option('--output <format>', 'what to print').choices(['text', 'json', 'csv', 'html']).default('text'),
    )
    .option('--accessible', 'text as sentences instead of a table, for screen readers (also ACCESSIBLE=1)')
    .action(async (options: MatrixOptions) => {
      const { runMatrix } = await import('../matrix/run.ts');
      cli.exitCode = await runMatrix(cli.io, options);
    });
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function collectPorts(value: string, previous: readonly TablePort[] = []): readonly TablePort[] {
  const [, port = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(value) ?? [];
  if (port === '' || Number(port) < 1 || Number(port) > 65535) {
    throw new InvalidArgumentError('Expected a port with a protocol, such as 443/tcp.');
  }
  return [...previous, { port: Number(port), protocol: protocol.toUpperCase() as TablePort['protocol'] }];
}
