/** The guard rails of a cluster that is somebody's: context, production, rights, prefixes, and nothing left afterwards. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createEmbeddedCluster, type EmbeddedCluster } from '../../../src/cluster/embedded/cluster.ts';
import { chooseContext, missingRights, refuseMissing, refuseProduction } from '../../../src/cluster/existing/guard.ts';
import { existingProvider } from '../../../src/cluster/existing/provider.ts';
import { claimPart } from '../../../src/cluster/part.ts';
import { virtualClock } from '../../../src/kit/virtual-clock.ts';
import { wellKnown } from '../../../src/kube/client.ts';
import { createKubeClient } from '../../../src/kube/create-client.ts';
import { readKubeconfig } from '../../../src/kube/kubeconfig.ts';
import type { Namespace } from '../../../src/kube/objects.ts';

let folder: string;
let cluster: EmbeddedCluster;
let kubeconfig: string;
const clock = virtualClock();
const hold = clock.hold();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netpol lab existing '));
  kubeconfig = join(folder, 'config');
  cluster = await createEmbeddedCluster({
    clock,
    seed: 'existing',
    kubeconfigPath: kubeconfig,
    contextName: 'practice',
  });
});
afterAll(async () => {
  hold.release();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

async function namespaces(): Promise<readonly string[]> {
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  const found = await client.list<Namespace>(wellKnown.namespaces).finally(() => client.close());
  return found
    .map(({ metadata }) => metadata.name ?? '')
    .filter((name) => !/^(default|kube-)/.test(name))
    .sort();
}

test('the context is named, never assumed', async () => {
  await expect(chooseContext([kubeconfig], undefined)).rejects.toMatchObject({
    code: 'ERR_USAGE',
    details: 'contexts: practice',
  });
  await expect(chooseContext([kubeconfig], 'other')).rejects.toMatchObject({ code: 'ERR_KUBECONFIG' });
  expect(await chooseContext([join(folder, 'none'), kubeconfig], 'practice')).toMatchObject({ path: kubeconfig });
});

test.each([
  ['eks-prod-1', true],
  ['production', true],
  ['shop.live', true],
  ['practice', false],
  ['productivity-dev', false],
  ['olive', false],
])('%s looks like production: %s', (context, refused) => {
  const chosen = { path: '', context, names: [context] };
  if (!refused) return refuseProduction(chosen, false);
  expect(() => refuseProduction(chosen, false)).toThrow(/looks like production/);
  refuseProduction(chosen, true);
});

describe('rights', () => {
  test('that are missing are all told, before anything is made', async () => {
    const admin = createKubeClient(await readKubeconfig(kubeconfig));
    const metadata = { name: 'weak', namespace: 'default' };
    await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, 'test');
    const { status } = await admin.json<{ status: { token: string } }>({
      method: 'POST',
      path: '/api/v1/namespaces/default/serviceaccounts/weak/token',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    admin.close();
    const config = parse(await readFile(kubeconfig, 'utf8')) as { users: { name: string; user: unknown }[] };
    const weak = join(folder, 'weak');
    await writeFile(
      weak,
      stringify({ ...config, users: config.users.map(({ name }) => ({ name, user: { token: status.token } })) }),
    );
    const client = createKubeClient(await readKubeconfig(weak));
    const missing = await missingRights(client).finally(() => client.close());
    expect(missing).toContain('create namespaces');
    expect(missing).toContain('create pods/exec');
    expect(missing).toContain('patch networkpolicies.networking.k8s.io');
    expect(() => refuseMissing(missing, 'practice')).toThrow(/you may not do on "practice" what a lesson needs/);
    const provider = existingProvider({ kubeconfigs: [weak], context: 'practice', home: folder });
    await expect(provider.up({ name: 'weak', outside: [] })).rejects.toMatchObject({ code: 'ERR_REFUSED' });
    expect(await provider.preflight()).toMatchObject([{ code: 'ERR_REFUSED' }]);
    expect(await namespaces()).toEqual([]);
  });
});

test('two learners have namespaces of their own, and each can take away only theirs', { timeout: 60_000 }, async () => {
  const before = await readFile(kubeconfig, 'utf8');
  const provider = existingProvider({ kubeconfigs: [kubeconfig], context: 'practice', home: folder });
  const ann = await provider.up({ name: 'lab-ann', outside: [] });
  await provider.up({ name: 'lab-ann-2', outside: [] });
  expect((await namespaces()).filter((name) => !name.includes('canary'))).toEqual([
    'lab-ann',
    'lab-ann-2',
    'lab-ann-2-default',
    'lab-ann-default',
  ]);
  expect((await stat(ann.kubeconfig)).mode & 0o777).toBe(0o600);
  expect(await readKubeconfig(ann.kubeconfig)).toMatchObject({
    namespace: 'lab-ann-default',
    lab: { prefix: 'lab-ann', provider: 'existing' },
  });
  expect(await provider.remove('lab-ann')).toEqual(['lab-ann', 'lab-ann-default']);
  expect((await namespaces()).filter((name) => !name.includes('canary'))).toEqual(['lab-ann-2', 'lab-ann-2-default']);
  await provider.remove('lab-ann-2');
  expect(await readFile(kubeconfig, 'utf8')).toBe(before);
});

test('parts that were forked for scenarios go with their owner, and a neighbour does not', {
  timeout: 60_000,
}, async () => {
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  const provider = existingProvider({ kubeconfigs: [kubeconfig], context: 'practice', home: folder });
  await claimPart(client, 'lab-cy');
  await claimPart(client, 'lab-cy-t1', 'lab-cy');
  await claimPart(client, 'lab-cy-t2');
  client.close();
  expect(await provider.remove('lab-cy')).toEqual(['lab-cy', 'lab-cy-default', 'lab-cy-t1', 'lab-cy-t1-default']);
  expect((await namespaces()).filter((name) => !name.includes('canary'))).toEqual(['lab-cy-t2', 'lab-cy-t2-default']);
  await provider.remove('lab-cy-t2');
});

test('a namespace of that name which is not ours is left alone', async () => {
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'theirs' } }, 'test');
  const provider = existingProvider({ kubeconfigs: [kubeconfig], context: 'practice', home: folder });
  await expect(provider.up({ name: 'theirs', outside: [] })).rejects.toMatchObject({ code: 'ERR_REFUSED' });
  expect(await provider.remove('theirs')).toEqual([]);
  expect(await namespaces()).toContain('theirs');
  await client.delete(wellKnown.namespaces, undefined, 'theirs');
  client.close();
});
