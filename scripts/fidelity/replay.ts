/** Replays one recording on a fresh embedded cluster with a virtual clock and says, step by step, whether it matched. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseManifests } from '../../src/kube/yaml.ts';
import { compareStep, diffLines, type Mismatch } from './compare.ts';
import type { Differences, Fixture, RunStep, Seen } from './fixture.ts';
import { openCluster, type ReplayCluster } from './replay-cluster.ts';
import { runCommand } from './run-command.ts';

export interface StepResult {
  readonly index: number;
  readonly command: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why skipped, or the differing lines. */
  readonly lines: readonly string[];
}

export interface ReplayOptions {
  /** Path of the program that `kubectl` means. */
  readonly kubectl: string;
  /** 32 for v1.32.4. */
  readonly clientMinor: number;
  readonly differences: Differences;
}

/** How much longer or shorter than nominal a command may take in virtual time, seconds. */
const toleranceSeconds = 1.2;

export async function replay(fixture: Fixture, options: ReplayOptions): Promise<readonly StepResult[]> {
  const home = await mkdtemp(join(tmpdir(), 'netpol-fidelity-'));
  const directory = join(home, 'work');
  await mkdir(directory);
  for (const [path, content] of Object.entries(fixture.files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const cluster = await openCluster(home, fixture.namespace);
  try {
    const session = new Session(fixture, options, cluster, home, directory);
    await session.setUp();
    const results: StepResult[] = [];
    for (const step of fixture.steps) {
      if (step.type === 'sleep') await cluster.advance(step.seconds);
      else if (step.type === 'ready') await session.ready(step.namespaces);
      else results.push(await session.run(step));
    }
    return results;
  } finally {
    await cluster.close();
    await rm(home, { recursive: true, force: true });
  }
}

class Session {
  readonly #fixture: Fixture;
  readonly #options: ReplayOptions;
  readonly #cluster: ReplayCluster;
  readonly #home: string;
  readonly #directory: string;
  readonly #values: Record<string, string>;

  constructor(fixture: Fixture, options: ReplayOptions, cluster: ReplayCluster, home: string, directory: string) {
    this.#fixture = fixture;
    this.#options = options;
    this.#cluster = cluster;
    this.#home = home;
    this.#directory = directory;
    this.#values = Object.fromEntries(
      Object.keys(fixture.values).flatMap((name) => (name in cluster.given ? [[name, cluster.given[name] ?? '']] : [])),
    );
  }

  async setUp(): Promise<void> {
    for (const name of this.#fixture.namespaces.filter((namespace) => !madeByManifest(this.#fixture, namespace))) {
      await this.#must(['kubectl', 'apply', '-f', '-'], `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`);
    }
    for (const manifest of this.#fixture.manifests) {
      if (manifest.trim()) await this.#must(['kubectl', 'apply', '-f', '-'], this.#fill(manifest));
    }
    for (const line of this.#fixture.settle) {
      const seconds = /^sleep ([\d.]+)$/.exec(line)?.[1];
      if (seconds) await this.#cluster.advance(Number(seconds));
      else await this.#must(['sh', '-c', line.replace(/^sh:/, '')]);
    }
  }

  async ready(namespaces: readonly string[]): Promise<void> {
    for (const namespace of namespaces) {
      const listed = await this.#must(['kubectl', 'get', 'pods', '-n', namespace, '-o', 'name']);
      if (!listed.stdout.trim()) continue;
      await this.#must(['kubectl', 'wait', '--for=condition=Ready', 'pods', '--all', '-n', namespace, '--timeout=60s']);
    }
  }

  async run(step: RunStep): Promise<StepResult> {
    const { clientMinor, differences } = this.#options;
    const argv = step.argv.map((word) => this.#fill(word));
    const base = { index: step.index, command: argv.join(' ') };
    const skip = this.#skipReason(step);
    const before = this.#cluster.now();
    const jumpAgain = hasTimeLimit(step) ? this.#cluster.keepRealTime() : undefined;
    const actual = skip?.run === false ? undefined : await this.#execute(step, argv);
    jumpAgain?.();
    if (skip || !actual) return { ...base, outcome: 'skipped', lines: [skip?.reason ?? ''] };
    const elapsed = (this.#cluster.now() - before) / 1000;
    if (step.capture) this.#values[step.capture] = actual.stdout.trim();
    const newer = clientMinor >= 36 ? differences.get(`${this.#fixture.name}/${step.index}`) : undefined;
    const mismatches: Mismatch[] = compareStep(this.#fixture, step, newer ?? step.seen, actual, {
      recorded: { values: this.#fixture.values, directory: '' },
      actual: { values: this.#values, directory: this.#directory },
      clientMinor,
    });
    const { nominalSeconds } = step;
    if (
      nominalSeconds !== undefined &&
      !step.nondeterministic &&
      !step.terminal &&
      Math.abs(elapsed - nominalSeconds) > toleranceSeconds
    ) {
      mismatches.push({ what: 'duration', expected: `${nominalSeconds} s`, actual: `${elapsed.toFixed(1)} s` });
    }
    return {
      ...base,
      outcome: mismatches.length === 0 ? 'passed' : 'failed',
      lines: mismatches.flatMap(({ what, expected, actual: got }) => [`${what}:`, ...diffLines(expected, got)]),
    };
  }

  /** `run: false`: not even run, it could only waste time. */
  #skipReason(step: RunStep): { reason: string; run: boolean } | undefined {
    const { clientMinor } = this.#options;
    if (step.kubectl && Number(step.kubectl.split('.')[1]) !== clientMinor) {
      return { reason: `recorded with kubectl ${step.kubectl}, and its text is the client's own`, run: true };
    }
    if (step.terminal && process.platform === 'win32')
      return { reason: 'no script(1) here to give it a terminal', run: false };
    return undefined;
  }

  async #execute(step: RunStep, argv: readonly string[]): Promise<Seen> {
    if (argv[0] === '@outside') return this.#cluster.outside(argv.slice(1));
    const filled = step.stdin === undefined ? step : { ...step, stdin: this.#fill(step.stdin) };
    return runCommand(filled, argv, { cwd: this.#directory, env: this.#environment() });
  }

  /** A step of the set-up: it has to succeed, or the rest means nothing. */
  async #must(argv: readonly string[], stdin?: string): Promise<Seen> {
    const step: RunStep = {
      type: 'run',
      index: -1,
      argv,
      seen: { stdout: '', stderr: '', exitCode: 0 },
      compare: 'none',
    };
    const seen = await this.#execute(stdin === undefined ? step : { ...step, stdin }, argv);
    if (seen.exitCode === 0) return seen;
    throw new Error(`set-up failed: ${argv.join(' ')} exited with ${seen.exitCode}\n${seen.stdout}${seen.stderr}`);
  }

  #environment(): Record<string, string> {
    return {
      PATH: [dirname(this.#options.kubectl), ...existingFolders(process.env['PATH'] ?? '')].join(':'),
      HOME: this.#home,
      KUBECONFIG: this.#cluster.kubeconfig,
      TERM: 'dumb',
      TZ: 'UTC',
      LANG: 'C.UTF-8',
    };
  }

  #fill(text: string): string {
    return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => this.#values[name] ?? whole);
  }
}

function madeByManifest({ manifests }: Fixture, namespace: string): boolean {
  return manifests.some((manifest) => {
    const { manifests: objects } = parseManifests(manifest, 'manifest');
    return objects.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === namespace);
  });
}

/** The longest limit for which a replay waits in real time; beyond it, time jumps. */
const shortLimitSeconds = 10;

/** The command itself counts real seconds: jumping would be over before it has counted one. */
function hasTimeLimit({ argv, interruptAfterMs }: RunStep): boolean {
  const limits = [...argv.join(' ').matchAll(/(?:--(?:request-)?timeout[= ]|\b(?:timeout|sleep) )(\d+)s?\b/g)];
  const inPod = argv.includes('--') && argv[0] === 'kubectl';
  return (
    interruptAfterMs !== undefined || (!inPod && limits.some(([, seconds]) => Number(seconds) <= shortLimitSeconds))
  );
}

/** npm puts folders on PATH that need not exist; `kubectl plugin list` complains about each. */
function existingFolders(path: string): string[] {
  return path.split(':').filter((folder) => folder !== '' && existsSync(folder));
}
