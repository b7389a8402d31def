/** `netpol-lab parity SCENARIO…`: does the embedded cluster behave like a real one? Every observation and command, side by side. */
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { elsewhereOptions } from '../elsewhere/options.ts';
import type { ParityOptions } from '../parity/options.ts';
import { cniOption, kubectlOption, nameOption } from './options.ts';

export function addParityCommand(program: Command, cli: Cli): void {
  const command = program
    .command('parity')
    .description('run scenarios on embedded and on a real cluster, and compare what every probe and command sees')
    .argument('<scenario...>', 'names, from `netpol-lab list`')
    .addOption(new Option('--on <provider>', 'the real cluster').choices(['kind', 'existing']).default('kind'))
    .addOption(new Option('--output <format>', 'what goes to stdout').choices(['json', 'markdown']).default('markdown'))
    .option('--json <file>', 'also write the JSON report to a file')
    .option('--markdown <file>', 'also write the Markdown report to a file')
    .addOption(kubectlOption())
    .addOption(cniOption(['none']))
    .addOption(nameOption());
  elsewhereOptions(command).action(async (scenarios: readonly string[], options: ParityOptions) => {
    const { runParity } = await import('../parity/run.ts');
    cli.exitCode = await runParity(cli, scenarios, options);
  });
}
