/** `netpol-lab flows`: what the embedded network did with each flow, and which rule decided. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { flowOutcomes } from '../../cluster/embedded/net/flow-log.ts';
import type { Cli } from '../cli.ts';
import type { FlowsOptions } from '../flows/options.ts';
import { nameOption } from './options.ts';

export function addFlowsCommand(program: Command, cli: Cli): void {
  program
    .command('flows')
    .description('what the embedded network did with each flow, and which rule decided')
    .option('-n, --namespace <name>', 'only flows from or to this namespace')
    .option('--pod <name>', 'only flows from or to this pod: name or namespace/name')
    .addOption(
      new Option('--verdict <verdict>', 'only flows that ended so').choices(flowOutcomes).argParser(parseVerdict),
    )
    .option('--since <duration>', 'only flows of the last 30s, 5m, 1h …', parseDuration)
    .option('--last <count>', 'only the newest so many', parseCount)
    .option('-f, --follow', 'go on with what happens from now, until Ctrl-C')
    .addOption(nameOption())
    .option('--kubeconfig <path>', 'the cluster to ask, instead of one by name')
    .addOption(
      new Option('--output <format>', 'json: one document; with --follow one object per line')
        .choices(['text', 'json'])
        .default('text'),
    )
    .action(async (options: FlowsOptions) => {
      const { runFlows } = await import('../flows/run.ts');
      cli.exitCode = await runFlows(cli, options);
    });
}

/** In either case, as `hubble observe` has them. */
function parseVerdict(text: string): string {
  const verdict = text.toLowerCase();
  if ((flowOutcomes as readonly string[]).includes(verdict)) return verdict;
  throw new InvalidArgumentError(`Allowed choices are ${flowOutcomes.join(', ')}.`);
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, ms: 0.001, s: 1, m: 60, h: 3600 };

/** Go's durations, as `kubectl logs --since` takes them (`1h30m`); a bare number is seconds. */
function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|$)/g)];
  if (text === '' || parts.map(([part]) => part).join('') !== text)
    throw new InvalidArgumentError('Expected a duration such as 30s, 5m or 1h30m.');
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitSeconds[unit] ?? 0), 0);
}

function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
