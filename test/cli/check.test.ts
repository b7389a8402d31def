/** The authoring gate as authors use it: planted defects, each found by its own code at its own line, and a skeleton to begin with. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Home, makeHome } from './program.ts';

const planted = 'test/fixtures/planted';
let home: Home;
let folder: string;

beforeEach(async () => {
  home = await makeHome();
  folder = await mkdtemp(join(tmpdir(), 'netpol lab authoring '));
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Found {
  readonly code?: string;
  readonly file: string;
  readonly line: number;
}

async function check(...args: readonly string[]): Promise<{ exitCode: number | null; problems: readonly Found[] }> {
  const { exitCode, stdout, stderr } = await home.run(['check', ...args, '--output', 'json']);
  expect(stderr).toBe('');
  const { scenarios } = JSON.parse(stdout) as { scenarios: { stages: { problems: Found[] }[] }[] };
  return { exitCode, problems: scenarios.flatMap(({ stages }) => stages.flatMap((stage) => stage.problems)) };
}

describe('planted defects', { timeout: 60_000 }, () => {
  test('a sound scenario passes, mutants included', async () => {
    const { exitCode, stdout } = await home.run(['check', `${planted}/sound`, '--mutants']);
    expect(stdout).toContain('1 proved, 0 invalid');
    expect(stdout).toMatch(/mutation score 100 % \((\d+) of \1\)/);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['no-fault', 'no-fault', 'scenario.yaml', 'object: NetworkPolicy'],
    ['curl-in-busybox', 'tool-missing', 'steps/01-all.md', '```sh shows="wget: download timed out"'],
    ['solved-at-start', 'solved-at-start', 'scenario.yaml', '- id: client-works'],
    ['leaking-hint', 'hint-leaks-solution', 'scenario.yaml', '- |-'],
    ['passing-trap', 'trap-passes', 'scenario.yaml', '- id: relabel-the-server'],
    ['failing-solution', 'solution-fails', 'scenario.yaml', '- id: merge-into-the-deny'],
    ['wrong-cause', 'cause-wrong', 'scenario.yaml', 'object: NetworkPolicy'],
    ['invalid-manifest', 'manifest-invalid', 'manifests/all.yaml', 'apiVersion: v1'],
  ])('%s is found as %s, in its file and line', async (id, code, file, text) => {
    const { exitCode, problems } = await check(`${planted}/${id}`);
    expect(exitCode).toBe(5);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    const path = `${planted}/${id}/${file}`;
    const line = (await readFile(path, 'utf8')).split('\n')[(problems[0]?.line ?? 0) - 1];
    expect(problems[0]?.file).toBe(path);
    expect(line).toContain(text);
  });
});

describe('what is found without a cluster', () => {
  const defects: readonly [string, string, string, (text: string) => string][] = [
    ['image-unpinned', 'manifests/all.yaml', 'busybox:1.36', (text) => text.replace('busybox:1.36', 'busybox')],
    ['image-unpinned', 'manifests/all.yaml', 'busybox:1.36', (text) => text.replace('busybox:1.36', 'busybox:latest')],
    [
      'command-without-expectation',
      'steps/01-all.md',
      'shows="wget: download timed out" exit=1',
      (text) => text.replace(' shows="wget: download timed out" exit=1', ''),
    ],
    [
      'probe-unused',
      'scenario.yaml',
      'probes: [stranger-to-server]',
      (text) => text.replace('probes: [stranger-to-server]', 'probes: [client-to-server]'),
    ],
    [
      'hint-leaks-solution',
      'scenario.yaml',
      'Which policy',
      (text) => text.replace('Which policy selects the server?', 'Run `kubectl -n planted delete networkpolicy x`.'),
    ],
    [
      'hint-leaks-solution',
      'scenario.yaml',
      'Which policy',
      (text) => text.replace('Which policy selects the server?', "'Try {podSelector: {}, ingress: [a]}'"),
    ],
    [
      'too-few-traps',
      'scenario.yaml',
      'nothing-at-all',
      (text) => text.slice(0, text.indexOf('  - id: nothing-at-all')),
    ],
  ];
  test.each(defects)('%s in %s (%s)', async (code, file, text, change) => {
    await cp(`${planted}/sound`, join(folder, 'sound'), { recursive: true });
    const path = join(folder, 'sound', file);
    const before = await readFile(path, 'utf8');
    expect(before).toContain(text);
    await writeFile(path, change(before));
    const { exitCode, problems } = await check(join(folder, 'sound'), '--schema');
    expect(exitCode).toBe(5);
    expect(problems.map((problem) => [problem.code, problem.file])).toEqual([[code, path]]);
  });

  test('pages and files that nobody sees are named', async () => {
    await cp(`${planted}/sound`, join(folder, 'sound'), { recursive: true });
    await mkdir(join(folder, 'sound/steps/more'));
    await writeFile(join(folder, 'sound/steps/appendix.md'), '# Appendix\n');
    await writeFile(join(folder, 'sound/traps.txt'), '');
    await cp(join(folder, 'sound/solutions/allow-client.yaml'), join(folder, 'sound/solutions/forgotten.yaml'));
    const { problems } = await check(join(folder, 'sound'), '--schema');
    expect(problems.map(({ code, file }) => [code, file.slice(folder.length + 7)])).toEqual([
      ['change-unused', 'solutions/forgotten.yaml'],
      ['page-unreachable', 'steps/appendix.md'],
      ['page-unreachable', 'steps/more'],
    ]);
  });

  test('labs are checked like scenarios', async () => {
    const path = join(folder, 'night.yaml');
    const lab = 'apiVersion: netpol-lab/v1\nkind: Lab\nid: night\ntitle: A night\nmode: path\nscenarios:\n';
    await writeFile(path, `${lab}  - firewall-restriction\n  - firewall-restrictions\n  - firewall-restriction\n`);
    const { exitCode, problems } = await check(path);
    expect(exitCode).toBe(5);
    expect(problems.map(({ line }) => line)).toEqual([8, 9]);
    expect((await check('labs')).exitCode).toBe(0);
  });

  test('what is not there is a mistake in the command, not in a scenario', async () => {
    expect((await home.run(['check', join(folder, 'nowhere')])).exitCode).toBe(2);
  });
});

describe('the skeleton', { timeout: 60_000 }, () => {
  test('passes the whole gate as it is written, and is never written over anything', async () => {
    expect((await home.run(['new', 'scenario', 'my-first-fault', '--into', folder])).exitCode).toBe(0);
    const { exitCode, problems } = await check(join(folder, 'my-first-fault'));
    expect(problems).toEqual([]);
    expect(exitCode).toBe(0);
    expect((await home.run(['new', 'scenario', 'my-first-fault', '--into', folder])).exitCode).toBe(2);
  });

  test('a name that cannot be a folder and a namespace is refused', async () => {
    expect((await home.run(['new', 'scenario', 'My_Fault', '--into', folder])).exitCode).toBe(2);
  });
});

describe('side by side', { timeout: 60_000 }, () => {
  test('processes report what one process reports, in the order asked', async () => {
    const names = ['sound', 'no-fault', 'wrong-cause'].map((id) => `./${planted}/${id}`);
    const plain = (json: string) => json.replace(/"durationMs": \d+/g, '"durationMs": 0');
    const one = await home.run(['test', ...names, '--parallel', '1', '--output', 'json']);
    const two = await home.run(['test', ...names, '--parallel', '2', '--output', 'json']);
    expect(plain(two.stdout)).toBe(plain(one.stdout));
    expect([one.exitCode, two.exitCode]).toEqual([5, 5]);
  });
});
