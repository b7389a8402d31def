/** Playing on a cluster that exists, as a person does it: other terminals find the session, guard rails hold, nothing is left. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wellKnown } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import type { Namespace } from '../../src/kube/objects.ts';
import { type Home, makeHome } from './program.ts';

let theirs: Home;
let home: Home;
let kubeconfig: string;
let env: Record<string, string>;

beforeAll(async () => {
  // Somebody else's cluster: not in the lab's own state folder.
  theirs = await makeHome();
  home = await makeHome();
  const up = await theirs.run(['cluster', 'up', '--detach', '--name', 'theirs', '--clock', 'virtual']);
  kubeconfig = up.stdout.trimEnd();
  env = { KUBECONFIG: kubeconfig };
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await theirs[Symbol.asyncDispose]();
});

const on = (prefix: string) => ['--on', 'existing', '--context', 'netpol-lab-theirs', '--prefix', prefix];

async function namespaces(): Promise<readonly string[]> {
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  const found = await client.list<Namespace>(wellKnown.namespaces).finally(() => client.close());
  return found
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.name ?? '')
    .filter((name) => !/^(default|kube-)/.test(name));
}

test('other terminals find a session by its prefix, and a second one is kept out', { timeout: 60_000 }, async () => {
  const session = home.start(['start', 'selector-mismatch', ...on('lab-ann')], env);
  await session.until('$ kubectl');
  // Frozen in the middle of its walk, as a person would be.
  session.kill('SIGSTOP');
  try {
    const hint = await home.run(['hint', '--name', 'lab-ann']);
    expect(hint.stdout + hint.stderr).toContain('int 1 of');
    expect(hint.exitCode).toBe(0);
    const verify = await home.run(['verify']);
    expect([verify.exitCode, verify.stdout]).toEqual([1, expect.stringContaining('not solved yet')]);
    const second = await home.run(['start', 'probe-restarts', ...on('lab-ann')], env);
    expect(second).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('choose another --prefix') as string });
  } finally {
    session.kill('SIGKILL');
  }
  await session.finished;
  // What it has left is no session any more, and goes on request.
  expect((await home.run(['verify', '--name', 'lab-ann'])).stderr).toContain('no cluster "lab-ann" is running');
  expect(await namespaces()).toContain('lab-ann-storefront');
  const down = await home.run(['cluster', 'down', ...on('lab-ann')], env);
  expect(down.stderr).toContain('lab-ann-storefront');
  expect((await namespaces()).filter((name) => name.startsWith('lab-ann'))).toEqual([]);
});

describe('before anything is done', () => {
  test('--dry-run prints what would be applied, under the prefix, and applies nothing', async () => {
    const before = await namespaces();
    const { stdout, exitCode } = await home.run(['start', 'selector-mismatch', ...on('lab-eve'), '--dry-run'], env);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('namespace: lab-eve-storefront');
    expect(stdout).not.toMatch(/namespace: storefront/);
    expect(await namespaces()).toEqual(before);
  });

  test('a context that looks like production is refused without --i-know', async () => {
    const path = join(home.folder, 'production');
    await writeFile(path, (await readFile(kubeconfig, 'utf8')).replaceAll('netpol-lab-theirs', 'shop-production'));
    const where = ['--on', 'existing', '--context', 'shop-production', '--prefix', 'lab-eve'];
    const refused = await home.run(['start', 'selector-mismatch', ...where], { KUBECONFIG: path });
    expect(refused.stderr).toContain('looks like production');
    expect(refused.stderr).toContain('--i-know');
    expect(await namespaces()).not.toContain('lab-eve');
    const down = await home.run(['cluster', 'down', ...where, '--i-know'], { KUBECONFIG: path });
    expect([down.exitCode, down.stderr]).toEqual([0, 'there are no namespaces of lab-eve\n']);
  });
});
