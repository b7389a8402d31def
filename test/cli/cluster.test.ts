/** Clusters as processes: detached ones outlive what started them, nothing is left by any way of ending. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive } from '../../src/kit/is-alive.ts';
import { wellKnown } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import { type Home, makeHome } from './program.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

interface Listed {
  readonly clusters: readonly {
    readonly name: string;
    readonly pid: number;
    readonly server: string;
    readonly kubeconfig: string;
  }[];
}

async function listed(): Promise<Listed['clusters']> {
  const { stdout } = await home.run(['cluster', 'list', '--output', 'json']);
  return (JSON.parse(stdout) as Listed).clusters;
}

describe('a detached cluster', () => {
  test('prints its kubeconfig, answers, refuses a second of its name or port, and goes down without a trace', async () => {
    const up = await home.run(['cluster', 'up', '--detach', '--name', 'one']);
    expect(up.exitCode).toBe(0);
    const kubeconfig = up.stdout.trimEnd();
    expect((await stat(kubeconfig)).mode & 0o777).toBe(0o600);
    const client = createKubeClient(await readKubeconfig(kubeconfig));
    const nodes = await client.list(wellKnown.nodes);
    client.close();
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['one-control-plane', 'one-worker', 'one-worker2']);

    const [one] = await listed();
    const port = new URL(one?.server ?? '').port;
    const [again, taken, here] = await Promise.all([
      home.run(['cluster', 'up', '--detach', '--name', 'one']),
      home.run(['cluster', 'up', '--detach', '--name', 'two', '--port', port]),
      home.run(['cluster', 'up', '--name', 'three', '--port', port]),
    ]);
    expect(again).toMatchObject({ exitCode: 4, stdout: '' });
    expect(again.stderr).toContain('a cluster "one" is running already');
    for (const refused of [taken, here]) {
      expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
      expect(refused.stderr).toContain('[ERR_PORT_TAKEN]');
      expect(refused.stderr).toContain(port);
    }

    const down = await home.run(['cluster', 'down', '--name', 'one']);
    expect(down.exitCode).toBe(0);
    expect(isAlive(one?.pid ?? 0)).toBe(false);
    expect(await readdir(join(home.folder, 'clusters'))).toEqual([]);
  });

  test('that was killed is recognised by the next command', async () => {
    await home.run(['cluster', 'up', '--detach', '--name', 'one']);
    const [one] = await listed();
    process.kill(one?.pid ?? 0, 'SIGKILL');
    while (isAlive(one?.pid ?? 0)) await new Promise((resolve) => setTimeout(resolve, 10));
    const list = await home.run(['cluster', 'list']);
    expect(list.stderr).toContain('removed what cluster "one" had left behind');
    expect(await readdir(join(home.folder, 'clusters'))).toEqual([]);
    const up = await home.run(['cluster', 'up', '--detach', '--name', 'one']);
    expect(up.exitCode).toBe(0);
  });
});

test('of two that start at once under one name, one comes up and the other leaves nothing', async () => {
  const both = await Promise.all([0, 1].map(() => home.start(['cluster', 'up', '--detach']).finished));
  expect(both.map(({ exitCode }) => exitCode).sort()).toEqual([0, 4]);
  const refused = both.find(({ exitCode }) => exitCode === 4);
  expect(refused?.stderr).toContain('[ERR_CLUSTER_EXISTS]');
  const [running, ...more] = await listed();
  expect(more).toEqual([]);
  const winner = both.find(({ exitCode }) => exitCode === 0);
  expect(winner?.stdout).toBe(`${running?.kubeconfig}\n`);
  expect(winner?.stderr).toContain(`(process ${running?.pid})`);
  await home.run(['cluster', 'down']);
  expect(isAlive(running?.pid ?? 0)).toBe(false);
  expect(await readdir(join(home.folder, 'clusters'))).toEqual([]);
});

test('a folder for state that cannot be written is told, with the way out', async () => {
  const file = join(home.folder, 'a file');
  await writeFile(file, '');
  for (const detach of [['--detach'], []]) {
    const up = await home.run(['cluster', 'up', ...detach], { NETPOL_LAB_HOME: file });
    expect(up).toMatchObject({ exitCode: 4, stdout: '' });
    expect(up.stderr).toContain('[ERR_STATE]');
    expect(up.stderr).toContain('how to solve it: set NETPOL_LAB_HOME');
  }
});

test('a cluster in the terminal is found by others, and Ctrl-C takes it down', async () => {
  const up = home.start(['cluster', 'up']);
  await up.until('Ctrl-C takes it down');
  const pods = await home.run(['kubectl', 'get', 'namespaces', '-o', 'name']);
  expect(pods.stdout).toContain('namespace/kube-system\n');
  up.kill('SIGINT');
  const { exitCode, stdout } = await up.finished;
  expect(exitCode).toBe(130);
  await expect(readFile(stdout.trimEnd())).rejects.toThrow(/ENOENT/);
  expect(await listed()).toEqual([]);
});
