/** Around a session: what a fault looks like on a real clock, what a killed run leaves, what is remembered, and whose folder may be played. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, makeHome } from '../cli/program.ts';

let home: Home;
let folder: string;
beforeEach(async () => {
  home = await makeHome();
  folder = await mkdtemp(join(tmpdir(), 'netpol lab sessions '));
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('the fault is felt before it is shown, and a killed run is cleaned up by the next', {
  timeout: 120_000,
}, async () => {
  const env = { TMPDIR: folder };
  const walk = home.start(['start', 'selector-mismatch', '--auto', '--clock', 'real'], env);
  await walk.until('broken   BLOCKED    storefront/deploy/frontend');
  walk.kill('SIGKILL');
  await walk.finished;
  const left = await readdir(folder);
  expect(left).toHaveLength(1);
  // Of somebody else, or of a program that has not said whose it is: neither is touched.
  await mkdir(join(folder, 'netpol-lab-AbCdEf'));
  await mkdir(join(folder, 'netpol-lab-living'));
  await writeFile(join(folder, 'netpol-lab-living', 'owner'), String(process.pid));
  const next = home.start(['test', 'selector-mismatch'], env);
  expect((await next.finished).exitCode).toBe(0);
  expect((await readdir(folder)).sort()).toEqual(['netpol-lab-AbCdEf', 'netpol-lab-living']);
});

test('list tells the order, and a progress file that cannot be read is set aside', async () => {
  const progress = join(home.folder, 'progress.json');
  await writeFile(
    progress,
    JSON.stringify({ schemaVersion: 1, solved: { 'firewall-restriction': { at: '', hints: 1 } } }),
  );
  const list = await home.run(['list']);
  expect(list.stdout).toMatch(/1\. {2}firewall-restriction +solved\n {2}2\. {2}network-connectivity/);
  await writeFile(progress, '{');
  const unreadable = await home.run(['list', '--output', 'json']);
  expect(unreadable.exitCode).toBe(0);
  expect(unreadable.stderr).toContain('what was solved so far could not be read');
  const aside = (await readdir(home.folder)).find((name) => name.startsWith('progress.json.unreadable'));
  expect(await readFile(join(home.folder, aside ?? ''), 'utf8')).toBe('{');
  expect((await home.run(['list', '--output', 'yaml'])).exitCode).toBe(2);
});

test("an author's folder is played, and a path's name means its first scenario", { timeout: 120_000 }, async () => {
  const own = join(folder, 'selector-mismatch');
  await cp(new URL('../../scenarios/selector-mismatch', import.meta.url), own, { recursive: true });
  const walk = await home.run(['start', own, '--auto', '--kubectl', 'builtin']);
  expect(walk.stdout).toContain('SOLVED selector-mismatch');
  const nowhere = await home.run(['start', join(folder, 'nothing'), '--auto']);
  expect(nowhere).toMatchObject({ exitCode: 2, stdout: '' });
  expect(nowhere.stderr).toContain('there is no scenario.yaml in');
  const path = home.start(['start', 'first-night-on-call', '--auto']);
  await path.until('firewall-restriction · beginner');
  path.kill('SIGINT');
  expect((await path.finished).exitCode).toBe(130);
});
