/** The provider suite on a cluster that exists: an embedded one in a process of its own, which the provider knows by kubeconfig alone. */
import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { existingProvider } from '../../src/cluster/existing/provider.ts';
import { type Home, makeHome } from '../cli/program.ts';
import { providerSuite, type Subject } from './provider-suite.ts';

let home: Home | undefined;
let untouched = { path: '', text: '' };
let subject: Promise<Subject> | undefined;

afterAll(async () => {
  await (await subject)?.cluster.down();
  await home?.[Symbol.asyncDispose]();
});

async function make(): Promise<Subject> {
  home = await makeHome();
  const { stdout } = await home.run(['cluster', 'up', '--detach', '--name', 'theirs', '--clock', 'virtual']);
  const path = stdout.trimEnd();
  untouched = { path, text: await readFile(path, 'utf8') };
  const provider = existingProvider({ kubeconfigs: [path], context: 'netpol-lab-theirs', home: home.folder });
  const up = () => provider.up({ name: 'suite-ann', outside: [] });
  const cluster = await up();
  return { cluster, capabilities: provider.capabilities, again: up };
}

providerSuite('the existing provider', () => {
  subject ??= make();
  return subject;
});

test("the user's kubeconfig is as it was", async () => {
  await subject;
  expect(await readFile(untouched.path, 'utf8')).toBe(untouched.text);
});
