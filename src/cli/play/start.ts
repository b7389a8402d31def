/** `netpol-lab start`: a cluster, the scenario on it, and the walk; by a person at the keyboard, or by itself. */
import { resolve } from 'node:path';
import type { CniName } from '../../cluster/embedded/net/cni-profiles.ts';
import { type ExitCode, LabError } from '../../kit/errors.ts';
import { isFolderName } from '../../scenario/catalogue.ts';
import type { Scenario } from '../../scenario/model.ts';
import { openFolder, openScenario } from '../../scenario/open.ts';
import { createNarrator } from '../../ui/terminal/narrator.ts';
import type { Screen } from '../../ui/terminal/screen.ts';
import type { Cli } from '../cli.ts';
import { screenOn, styleOf } from '../cli.ts';
import { type AttachedCluster, attachCluster } from '../clusters/attach.ts';
import { hostByName, hostPrivately } from '../clusters/host.ts';
import { chooseKubectl } from '../command-runner.ts';
import type { StartOptions } from '../commands/options.ts';
import { type CliIo, isInteractive } from '../io.ts';
import { scenariosFolder, stateFolder } from '../paths.ts';
import { findCluster } from '../registry.ts';
import { playAuto } from './auto.ts';
import { nextOfPath } from './next-scenario.ts';
import { openLab } from './open-lab.ts';
import { requireProvider, unmetNeeds } from './providers.ts';

const defaultName = 'netpol';

/** Exit 0 when the scenario was solved (or left by its player), 1 when the walk did not go as its pages say. */
export async function startScenario(cli: Cli, id: string, options: StartOptions): Promise<ExitCode> {
  const scenario = await openWanted(cli.io, id);
  requireProvider(options.on);
  if (options.on !== 'embedded') {
    const { playElsewhere } = await import('../elsewhere/start.ts');
    return playElsewhere(cli, scenario, { ...options, on: options.on });
  }
  if (String(options.cni) === 'none')
    throw new LabError('ERR_USAGE', '--cni none is for kind', { cure: 'add --on kind, or choose a network plugin' });
  refuseUnmet(scenario, options, options.cni);
  const auto = options.auto === true || !isInteractive(cli.io);
  const screen = screenOn(cli.io, styleOf(cli.io, options));
  screen.busy('starting the cluster');
  try {
    const { cluster, lasting, close } = await findOrHost(cli, scenario, options, auto);
    try {
      return await play(cli, scenario, options, { cluster, lasting, auto, screen });
    } finally {
      screen.idle();
      await close();
      if (lasting) cli.io.stderr.write(staysLine(cluster.name));
      else if (!auto && !cli.io.signal.aborted)
        cli.io.stderr.write(`the session is over, and its cluster "${cluster.name}" is gone\n`);
    }
  } finally {
    screen.idle();
  }
}

function staysLine(name: string): string {
  return `the cluster "${name}" stays as it is; take it down with: netpol-lab cluster down --name ${name}\n`;
}

/** By its name in the catalogue, by its folder, or the next of a path. */
async function openWanted(io: CliIo, name: string): Promise<Scenario> {
  if (isFolderName(name)) return openFolder(resolve(io.cwd, name), name.replace(/[\\/]+$/, ''));
  return openScenario(scenariosFolder, await nextOfPath(io, name));
}

interface Play extends Pick<Playground, 'cluster' | 'lasting'> {
  readonly auto: boolean;
  readonly screen: Screen;
}

async function play(
  cli: Cli,
  scenario: Scenario,
  options: StartOptions,
  { cluster, lasting, auto, screen }: Play,
): Promise<ExitCode> {
  const { io } = cli;
  const style = styleOf(io, options);
  const kubectl = await chooseKubectl(io, options.kubectl);
  const emit = createNarrator({
    style,
    out: screen.out,
    progress: screen.progress,
    waiting: screen,
    strict: auto,
  });
  using lab = await openLab(cli, { scenario, cluster, kubectl, emit });
  if (!auto) {
    const { playGuided } = await import('./guided.ts');
    return await playGuided(cli, lab.context, { style, kubectl, screen, lasting });
  }
  if (lasting) {
    const { makeRoom } = await import('./earlier-session.ts');
    const cleared = await makeRoom(lab.context);
    if (cleared) io.stderr.write(`cleared what a session of ${cleared} had left on it\n`);
  }
  return await playAuto(lab.context, screen.out);
}

function refuseUnmet({ id, needs }: Scenario, { on }: StartOptions, cni: CniName | undefined): void {
  if (cni && on !== 'embedded')
    throw new LabError('ERR_USAGE', `--cni is for the embedded cluster: ${on} has a network plugin of its own`);
  const unmet = unmetNeeds(needs, on, cni);
  if (unmet.length === 0) return;
  const where = cni ? `${on} with ${cni}` : on;
  throw new LabError('ERR_NOT_APPLICABLE', `${id} cannot be played on ${where}: it has no ${unmet.join(', ')}`);
}

interface Playground {
  readonly cluster: AttachedCluster;
  /** It was there before the session, and is there afterwards. */
  readonly lasting: boolean;
  close(): PromiseLike<void>;
}

/** A cluster that is running detached under the name is played on; otherwise one is made for as long as the session lasts. */
async function findOrHost(cli: Cli, scenario: Scenario, options: StartOptions, auto: boolean): Promise<Playground> {
  const { io } = cli;
  const { name = defaultName, port, cni } = options;
  const clock = options.clock ?? (auto ? 'virtual' : 'real');
  const hosting = { name, clock, cni, port, seed: '1' };
  if (auto && options.name === undefined) {
    const cluster = await hostPrivately(io, hosting);
    return { cluster, lasting: false, close: () => cluster[Symbol.asyncDispose]() };
  }
  const { record, cleaned } = await findCluster(stateFolder(io), name);
  if (cleaned) io.stderr.write(`${cleaned}\n`);
  if (record?.detached) {
    const running = record.cni ?? 'calico';
    if (cni && cni !== running) {
      throw new LabError('ERR_CLUSTER_EXISTS', `the cluster "${name}" is running with ${running}, not ${cni}`, {
        cure: `leave --cni out, choose another --name, or first: netpol-lab cluster down --name ${name}`,
      });
    }
    refuseUnmet(scenario, options, running);
    io.stderr.write(`playing on the running cluster "${name}"\n`);
    cli.leftRunning = true;
    return {
      cluster: await attachCluster({ name, kubeconfig: record.kubeconfig, record }),
      lasting: true,
      close: async () => undefined,
    };
  }
  const cluster = await hostByName(io, hosting, { detached: false });
  return { cluster, lasting: false, close: () => cluster[Symbol.asyncDispose]() };
}
