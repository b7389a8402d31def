/** `netpol-lab test [scenario…]`: lets scenarios prove themselves. The regression gate. */
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import type { TestOptions } from './options.ts';
import { kubectlOption, providerOption } from './options.ts';

export function addTestCommand(program: Command, cli: Cli): void {
  program
    .command('test')
    .description(
      'prove that scenarios keep their contract: healthy, broken as declared, fixed by solutions and by no trap',
    )
    .argument('[scenario...]', 'names or folders; all of them when left out')
    .option('--all', 'every scenario')
    .addOption(providerOption())
    .addOption(new Option('--output <format>', 'how to report').choices(['text', 'json', 'junit']).default('text'))
    .addOption(kubectlOption())
    .option('--seed <seed>', 'of everything random in the embedded cluster', '1')
    .action(async (scenarios: readonly string[], options: TestOptions) => {
      const { testScenarios } = await import('../play/test.ts');
      cli.exitCode = await testScenarios(cli, options.all ? [] : scenarios, options);
    });
}
