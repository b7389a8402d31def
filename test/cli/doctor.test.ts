/** doctor on machines that lack something, played by stand-ins: every line has its cure, and no secret is printed. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkCgroup, checkInotify, checkKubectl, checkNode } from '../../src/cli/doctor/checks.ts';
import { createTools } from '../../src/cluster/kind/tools.ts';
import { makeMachine } from '../cluster/kind/stand-ins.ts';
import { type Home, makeHome } from './program.ts';

const programs = fileURLToPath(new URL('../fixtures/programs', import.meta.url));
let home: Home;
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  home = await makeHome();
  folder = await mkdtemp(join(tmpdir(), 'netpol lab doctor '));
  await cp(programs, join(folder, 'bin'), { recursive: true });
  await mkdir(join(folder, 'fail'), { recursive: true });
  for (const file of ['clusters', 'images', 'nodes', 'log']) await writeFile(join(folder, file), '');
  env = {
    FIXTURES: folder,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    DOCKER_HOST: 'tcp://me:s3cret@build.example:2376',
  };
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Report {
  readonly schemaVersion: number;
  readonly kind: boolean;
  readonly findings: readonly {
    readonly check: string;
    readonly status: string;
    readonly says: string;
    readonly cure?: string;
  }[];
}

async function doctor(): Promise<Report & { readonly exitCode: number | null; readonly text: string }> {
  const { stdout, exitCode } = await home.run(['doctor', '--output', 'json'], env);
  return { ...(JSON.parse(stdout) as Report), exitCode, text: stdout };
}

describe.skipIf(process.platform === 'win32')('doctor', { timeout: 30_000 }, () => {
  test('finds a machine with everything but a cluster fit for kind', async () => {
    const { exitCode, findings, kind, text } = await doctor();
    expect([exitCode, kind]).toEqual([0, true]);
    expect(findings.find(({ check }) => check === 'engine')?.says).toBe(
      'docker: the daemon answers (DOCKER_HOST: tcp on build.example)',
    );
    expect(findings.find(({ check }) => check === 'cluster')).toMatchObject({
      status: 'missing',
      cure: 'netpol-lab start SCENARIO --on kind',
    });
    expect(findings.filter(({ check }) => check === 'image' || check === 'calico')).toMatchObject([
      { status: 'warning', says: "Calico's manifest is not in the cache: it will be downloaded" },
      { status: 'warning', says: 'kindest/node:v1.36.1 is not on this machine: it will be pulled' },
      { status: 'warning', says: 'busybox:1.36 is not on this machine: it will be pulled' },
      { status: 'warning', says: 'nginx:1.27 is not on this machine: it will be pulled' },
    ]);
    // The daemon is elsewhere: this machine's limits are not its own.
    expect(findings.find(({ check }) => check === 'inotify')?.says).toContain('the daemon is on build.example');
    expect(text).not.toContain('s3cret');
  });

  test('tells "Docker is not running" from "Docker is missing"', async () => {
    await writeFile(
      join(folder, 'fail/docker-version'),
      'Cannot connect to the Docker daemon at tcp://me:s3cret@build.example:2376. Is the docker daemon running?\n',
    );
    const stopped = await doctor();
    expect(stopped.exitCode).toBe(4);
    expect(stopped.findings.find(({ check }) => check === 'engine')).toMatchObject({
      status: 'missing',
      cure: expect.stringContaining('start Docker') as string,
    });
    expect(stopped.text).not.toContain('s3cret');
    for (const engine of ['docker', 'nerdctl', 'podman']) await writeFile(join(folder, `fail/${engine}---version`), '');
    const missing = await doctor();
    expect(missing.findings.find(({ check }) => check === 'engine')?.says).toBe('docker is not installed');
  });

  test('prints a line, and the cure under it, for people', async () => {
    await writeFile(join(folder, 'fail/kind-version'), '');
    const { stdout, exitCode } = await home.run(['doctor'], env);
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^MISSING +kind +kind is not installed\n +-> go install sigs\.k8s\.io\/kind@v0\.32\.0$/m);
    expect(stdout).toContain('embedded cluster: can be used\nkind: cannot be used until what is MISSING is there\n');
  });
});

test.skipIf(process.platform === 'win32')(
  'the cluster that is there: its nodes, its network plugin, and whether that enforces',
  { timeout: 90_000 },
  async () => {
    await using machine = await makeMachine();
    await (await machine.provider().up({ name: 'netpol', outside: [] })).leave();
    const where = { ...machine.env, NETPOL_LAB_HOME: machine.home };
    const { stdout } = await home.run(['doctor', '--output', 'json'], where);
    const { findings } = JSON.parse(stdout) as Report;
    expect(findings.filter(({ check }) => check === 'cluster' || check === 'cni')).toMatchObject([
      { status: 'ok', says: 'kind cluster "netpol": nodes 3 of 3 ready' },
      { status: 'ok', says: 'Calico enforces NetworkPolicy' },
    ]);
    // Every line, whatever it says on this machine.
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set([
        'node',
        'engine',
        'kind',
        'kubectl',
        'memory',
        'inotify',
        'cgroup',
        'disk',
        'calico',
        'image',
        'cluster',
        'cni',
      ]),
    );
    expect(findings.filter(({ status, cure }) => status !== 'ok' && !cure)).toEqual([]);
  },
);

test('an old Node, a small inotify limit and cgroup v1 have their cures', async () => {
  expect(checkNode('v18.20.0')).toMatchObject({ status: 'missing' });
  expect(checkNode('v20.19.0')).toMatchObject({ status: 'ok' });
  await writeFile(join(folder, 'max_user_watches'), '8192\n');
  await writeFile(join(folder, 'max_user_instances'), '512\n');
  const here = createTools('docker', { ...env, DOCKER_HOST: '' });
  expect(await checkInotify(here, folder)).toMatchObject({
    status: 'warning',
    cure: 'sudo sysctl fs.inotify.max_user_watches=524288',
  });
  const tools = createTools('docker', env);
  expect(await checkCgroup(tools, 0x01021994)).toMatchObject({
    status: 'warning',
    says: expect.stringContaining('cgroup v1') as string,
  });
});

test.skipIf(process.platform === 'win32')('a kubectl two versions away is a warning', async () => {
  const tools = createTools('docker', env);
  expect(await checkKubectl(tools, 36)).toMatchObject({ status: 'ok', says: 'kubectl v1.36.1' });
  expect(await checkKubectl(tools, 34)).toMatchObject({
    status: 'warning',
    says: expect.stringContaining('2 minor versions') as string,
  });
});
