/** `netpol-lab start <scenario>`: plays a scenario, with a person at the keyboard or by itself. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { elsewhereOptions } from '../elsewhere/options.ts';
import type { StartOptions } from './options.ts';
import {
  clockOption,
  cniOption,
  kubectlOption,
  lookOptions,
  nameOption,
  parsePort,
  providerOption,
} from './options.ts';

export function addStartCommand(program: Command, cli: Cli): void {
  const command = program
    .command('start')
    .description('play a scenario: see it fail, find out why, fix it, verify')
    .argument('<scenario>', 'its name or the name of a path, from `netpol-lab list`; or its folder')
    .option('--auto', 'play the whole walk without asking (also without a terminal, or with CI=true)')
    .addOption(providerOption())
    .addOption(kubectlOption())
    .addOption(clockOption())
    .addOption(cniOption(['none']))
    .addOption(nameOption())
    .option('--port <port>', "port of the cluster's API (default: any free one)", parsePort);
  elsewhereOptions(lookOptions(command)).action(async (scenario: string, options: StartOptions) => {
    const { startScenario } = await import('../play/start.ts');
    cli.exitCode = await startScenario(cli, scenario, options);
  });
}
