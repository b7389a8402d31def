/** `start --on kind|existing`: the same walk on packets. `--dry-run` prints what would be applied to a cluster that is not ours. */
import { checkPrefix, partNamespaces } from '../../cluster/part.ts';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { printManifests } from '../../kube/yaml.ts';
import type { Scenario } from '../../scenario/model.ts';
import { createNarrator } from '../../ui/terminal/narrator.ts';
import { createScreen } from '../../ui/terminal/screen.ts';
import type { Cli, LookOptions } from '../cli.ts';
import { styleOf } from '../cli.ts';
import { chooseKubectl } from '../command-runner.ts';
import type { KubectlChoice } from '../commands/options.ts';
import { type CliIo, isInteractive } from '../io.ts';
import { playAuto } from '../play/auto.ts';
import { openLab } from '../play/open-lab.ts';
import type { ElsewhereOptions } from './options.ts';
import { defaultPrefix, openPlayground, type Playground } from './playground.ts';
import { partFolder, relocateScenario } from './relocated.ts';
import { clean, reasonToSkip } from './test.ts';

export interface ElsewhereStartOptions extends ElsewhereOptions, LookOptions {
  readonly auto?: boolean;
  readonly kubectl?: KubectlChoice;
  readonly on: 'kind' | 'existing';
}

export async function playElsewhere(cli: Cli, scenario: Scenario, options: ElsewhereStartOptions): Promise<ExitCode> {
  const reason = reasonToSkip(scenario, options);
  if (reason !== undefined) {
    throw new LabError('ERR_NOT_APPLICABLE', `${scenario.id} cannot be played there: ${reason}`, {
      cure: 'play it on the embedded cluster (leave --on out) or on kind (--on kind)',
    });
  }
  if (options.dryRun) return dryRun(cli.io, scenario, options);
  const playground = await openPlayground(cli, options.on, [scenario], options);
  try {
    return await play(cli, playground, await playground.place(scenario), options);
  } finally {
    await playground.close();
  }
}

async function play(
  cli: Cli,
  { cluster }: Playground,
  scenario: Scenario,
  options: ElsewhereStartOptions,
): Promise<ExitCode> {
  const { io } = cli;
  const style = styleOf(io, options);
  const kubectl = await chooseKubectl(io, options.kubectl);
  const auto = options.auto === true || !isInteractive(io);
  const screen = createScreen({
    style,
    out: (text) => void io.stdout.write(text),
    progress: (text) => void io.stderr.write(text),
  });
  const emit = createNarrator({ style, out: screen.out, progress: screen.progress, waiting: screen, strict: auto });
  using lab = await openLab(cli, { scenario, cluster, kubectl, probeImage: options.probeImage, emit });
  const { context } = lab;
  io.stderr.write('from another terminal: netpol-lab verify (also hint, probe, why, reset)\n');
  const session = clean(context, async () => {
    if (auto) return playAuto(context, screen.out);
    const { playGuided } = await import('../play/guided.ts');
    return playGuided(cli, context, { style, kubectl, screen });
  });
  return await session.finally(() => screen.idle());
}

async function dryRun(
  io: CliIo,
  scenario: Scenario,
  { on, prefix = defaultPrefix }: ElsewhereStartOptions,
): Promise<ExitCode> {
  if (on !== 'existing') throw new LabError('ERR_USAGE', '--dry-run is for --on existing', { cure: 'leave it out' });
  checkPrefix(prefix);
  const placed = await relocateScenario(scenario, prefix, partFolder(io, prefix));
  const objects = [...partNamespaces(prefix), ...placed.manifests, ...placed.fault];
  io.stdout.write(printManifests(objects));
  io.stderr.write('dry run: nothing was applied, the cluster was not asked\n');
  return EXIT.ok;
}
