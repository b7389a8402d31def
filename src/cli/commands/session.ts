/** `verify`, `reset`, `hint`, `probe`, `why`: act on the lab that is running, from any terminal. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { nameOption, type TargetOptions, textOrJson, type VerifyOptions } from './options.ts';

export function addSessionCommands(program: Command, cli: Cli): void {
  const add = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(nameOption())
      .option('--kubeconfig <path>', 'the cluster to ask, instead of one by name');

  add('verify', 'check by traffic whether the running scenario is fixed')
    .addOption(textOrJson())
    .option('--watch', 'verify again whenever something changes, until it is solved (json: one line each time)')
    .action(async (options: VerifyOptions) => {
      const { verifyRunning } = await import('../play/running.ts');
      cli.exitCode = await verifyRunning(cli, options);
    });
  add('reset', 'back to the broken state; says what it discards').action(async (options: TargetOptions) => {
    const { resetRunning } = await import('../play/running.ts');
    cli.exitCode = await resetRunning(cli, options);
  });
  add('hint', 'the next hint, from observing to the solution').action(async (options: TargetOptions) => {
    const { hintRunning } = await import('../play/running.ts');
    cli.exitCode = await hintRunning(cli, options);
  });
  add('probe', 'run all probes of the running scenario and show what they see').action(
    async (options: TargetOptions) => {
      const { probeRunning } = await import('../play/running.ts');
      cli.exitCode = await probeRunning(cli, options);
    },
  );
  add('why', 'why a flow works or not: what a probe sees, and which policy decides')
    .argument('<from>', 'namespace/pod, namespace/deploy/name or namespace/key=value')
    .argument('<to>', 'name:port/tcp, pod/namespace/name:port/tcp, svc/namespace/name:port/udp …')
    .addOption(textOrJson())
    .action(async (from: string, to: string, options: TargetOptions) => {
      const { whyRunning } = await import('../play/running.ts');
      cli.exitCode = await whyRunning(cli, from, to, options);
    });
}
