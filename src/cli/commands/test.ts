/** `netpol-lab test [scenario…]`: lets scenarios prove themselves. The regression gate. */
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { elsewhereOptions } from '../elsewhere/options.ts';
import type { TestOptions } from './options.ts';
import { cniOption, kubectlOption, nameOption, parseCount, providerOption, reportFormats } from './options.ts';

export function addTestCommand(program: Command, cli: Cli): void {
  const command = program
    .command('test')
    .description(
      'prove that scenarios keep their contract: healthy, broken as declared, fixed by solutions and by no trap',
    )
    .argument('[scenario...]', 'names or folders; all of them when left out')
    .option('--all', 'every scenario')
    .addOption(providerOption())
    .addOption(new Option('--output <format>', 'how to report').choices([...reportFormats]).default('text'))
    .addOption(kubectlOption())
    .option(
      '--parallel <n>',
      'how many scenarios at once (default: one per processor; on kind and existing 3, in namespaces of their own)',
      parseCount,
    )
    .option('--seed <seed>', 'of everything random in the embedded cluster', '1')
    .option('--mutants', 'also damage every solution in every way known: do the checks notice?')
    .addOption(cniOption(['none']))
    .addOption(nameOption());
  elsewhereOptions(command).action(async (scenarios: readonly string[], options: TestOptions) => {
    const { testScenarios } = await import('../play/test.ts');
    cli.exitCode = await testScenarios(cli, options.all ? [] : scenarios, options);
  });
}
