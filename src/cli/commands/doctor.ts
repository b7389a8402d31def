/** `netpol-lab doctor`: what this machine can run, and the command that cures what is missing. */
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import type { DoctorOptions } from '../doctor/options.ts';
import { defaultProbeImage } from '../elsewhere/options.ts';

export function addDoctorCommand(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('is everything here that the embedded cluster and kind need? Changes nothing')
    .addOption(new Option('--output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .option('--name <name>', 'the kind cluster to look at', 'netpol')
    .option('--kind-image <image>', 'the node image to look for')
    .option('--probe-image <image>', 'the probe image to look for', defaultProbeImage)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('../doctor/run.ts');
      cli.exitCode = await runDoctor(cli, options);
    });
}
