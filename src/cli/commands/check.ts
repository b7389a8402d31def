/** `netpol-lab check`: is this scenario, or this lab, fit to be played? For authors, in this repository or outside. */
import { type Command, Option } from 'commander';
import type { CheckOptions } from '../authoring/options.ts';
import type { Cli } from '../cli.ts';
import { kubectlOption, reportFormats } from './options.ts';

export function addCheckCommand(program: Command, cli: Cli): void {
  program
    .command('check')
    .description('the authoring gate: what is wrong with a scenario or a lab, with code, file and line')
    .argument('<path...>', "a scenario's folder, a lab's file, or a folder with some of either")
    .option('--schema', 'only what can be found without a cluster')
    .option('--mutants', 'also damage every solution in every way known: do the checks notice?')
    .addOption(new Option('--output <format>', 'how to report').choices([...reportFormats]).default('text'))
    .addOption(kubectlOption())
    .option('--seed <seed>', 'of everything random in the embedded cluster', '1')
    .action(async (paths: readonly string[], options: CheckOptions) => {
      const { checkFolders } = await import('../authoring/check.ts');
      cli.exitCode = await checkFolders(cli, paths, options);
    });
}
