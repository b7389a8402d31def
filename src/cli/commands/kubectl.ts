/** `netpol-lab kubectl …`: the built-in kubectl, connected to the running cluster. Everything after the word is passed on. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

export function addKubectlCommand(program: Command, cli: Cli): void {
  program
    .command('kubectl')
    .description('the built-in kubectl, on the running cluster (NETPOL_LAB_CLUSTER or the only one there is)')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .argument('[args...]')
    .action(async (args: readonly string[]) => {
      const { passToKubectl } = await import('../play/pass-to-kubectl.ts');
      cli.exitCode = await passToKubectl(cli, args);
    });
}
