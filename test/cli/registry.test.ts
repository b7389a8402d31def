/** What a crash leaves behind is recognised by its API not answering, never by a pid alone. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stateFolder } from '../../src/cli/paths.ts';
import {
  type ClusterRecord,
  checkClusterName,
  clusterFolder,
  findClusters,
  removeRecord,
  writeRecord,
} from '../../src/cli/registry.ts';
import { createEmbeddedCluster } from '../../src/cluster/embedded/cluster.ts';
import { realClock } from '../../src/kit/clock.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'netpol lab '));
});
afterEach(() => rm(home, { recursive: true, force: true }));

function record(name: string, kubeconfig: string): ClusterRecord {
  return {
    schemaVersion: 1,
    name,
    provider: 'embedded',
    pid: process.pid,
    kubeconfig,
    server: 'https://127.0.0.1:1',
    clock: 'real',
    detached: true,
    startedAt: '2026-01-01T00:00:00Z',
  };
}

test('a cluster that answers is found, and stays', async () => {
  const kubeconfigPath = join(clusterFolder(home, 'alive'), 'kubeconfig');
  await using cluster = await createEmbeddedCluster({ clock: realClock(), seed: 1, kubeconfigPath });
  await writeRecord(home, { ...record('alive', kubeconfigPath), server: cluster.url });
  expect(await findClusters(home)).toMatchObject({ running: [{ name: 'alive' }], cleaned: [] });
});

test('a record whose server is gone is removed and told, although a process has its pid', async () => {
  const kubeconfigPath = join(clusterFolder(home, 'gone'), 'kubeconfig');
  const cluster = await createEmbeddedCluster({ clock: realClock(), seed: 1, kubeconfigPath: join(home, 'other') });
  await mkdir(clusterFolder(home, 'gone'), { recursive: true });
  await cluster.close();
  await writeFile(
    kubeconfigPath,
    `apiVersion: v1\nkind: Config\nclusters: [{name: x, cluster: {server: '${cluster.url}'}}]\ncontexts: [{name: x, context: {cluster: x, user: x}}]\nusers: []\ncurrent-context: x\n`,
  );
  await writeRecord(home, record('gone', kubeconfigPath));
  const found = await findClusters(home);
  expect(found.running).toEqual([]);
  expect(found.cleaned).toEqual([expect.stringContaining('"gone"')]);
  expect(await readdir(join(home, 'clusters'))).toEqual([]);
});

test('a record that cannot be read is removed and told', async () => {
  await mkdir(clusterFolder(home, 'odd'), { recursive: true });
  await writeFile(join(clusterFolder(home, 'odd'), 'cluster.json'), '{"schemaVersion": 1, "na');
  expect((await findClusters(home)).cleaned).toEqual([expect.stringContaining('its record could not be read')]);
});

test('a record is removed only by the process that wrote it', async () => {
  await writeRecord(home, record('mine', join(home, 'kubeconfig')));
  await removeRecord(home, { name: 'mine', pid: process.pid + 1 });
  expect(await readdir(join(home, 'clusters'))).toEqual(['mine']);
  await removeRecord(home, { name: 'mine', pid: process.pid });
  expect(await readdir(join(home, 'clusters'))).toEqual([]);
});

test.each(['', 'UPPER', '../up', 'a b', '-x', 'x'.repeat(41)])('%j is no name for a cluster', (name) => {
  expect(() => checkClusterName(name)).toThrow(/is no name for a cluster/);
});

test.each([
  ['linux', { XDG_STATE_HOME: '/x' }, '/x/netpol-lab'],
  ['linux', {}, '/home/a/.local/state/netpol-lab'],
  ['darwin', {}, '/home/a/Library/Application Support/netpol-lab'],
  ['win32', { LOCALAPPDATA: '/l' }, '/l/netpol-lab'],
  ['linux', { NETPOL_LAB_HOME: '/own', XDG_STATE_HOME: '/x' }, '/own'],
] as const)('state on %s with %o is in %s', (platform, env, folder) => {
  expect(stateFolder({ platform, env, homeFolder: '/home/a' })).toBe(folder);
});
