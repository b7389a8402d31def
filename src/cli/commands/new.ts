/** `netpol-lab new scenario SLUG`: the beginning of a scenario, as files. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

export function addNewCommand(program: Command, cli: Cli): void {
  program
    .command('new')
    .description('write the skeleton of something of your own')
    .command('scenario')
    .description('a small scenario that passes the gate, to be changed one thing at a time')
    .argument('<slug>', 'names the fault, and the folder')
    .option('--into <folder>', 'where the folder is made (default: scenarios)')
    .action(async (slug: string, { into }: { into?: string }) => {
      const { newScenario } = await import('../authoring/new.ts');
      cli.exitCode = await newScenario(cli, slug, into);
    });
}
