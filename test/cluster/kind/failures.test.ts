/** Each step of making a kind cluster fails once: the error shows the command line and its output, and nothing is left. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { proveEnforcement } from '../../../src/cluster/canary.ts';
import { explainPods } from '../../../src/cluster/kind/explain-pods.ts';
import { daemonSetReady, waitFor } from '../../../src/cluster/kind/wait.ts';
import { LabError } from '../../../src/kit/errors.ts';
import { createKubeClient } from '../../../src/kube/create-client.ts';
import { readKubeconfig } from '../../../src/kube/kubeconfig.ts';
import { type Machine, makeMachine } from './stand-ins.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await makeMachine();
});
afterEach(() => machine[Symbol.asyncDispose]());

const host = {
  name: 'web.example',
  addresses: ['203.0.113.80'],
  listens: [{ port: 80, protocol: 'TCP' }],
} as const;

async function failure(outside: readonly (typeof host)[] = []): Promise<LabError> {
  const onProgress = (line: string) => void machine.progress.push(line);
  const error: unknown = await machine
    .provider()
    .up({ name: 'netpol', outside, onProgress })
    .then(
      () => new Error('it did not fail'),
      (reason: unknown) => reason,
    );
  if (error instanceof LabError) return error;
  throw error;
}

describe.skipIf(process.platform === 'win32')('a step that fails', { timeout: 60_000 }, () => {
  test.each([
    ['kind-get-clusters', 'ERROR: failed to list clusters\n', '$ kind get clusters\n'],
    ['kind-create-cluster', 'ERROR: failed to pull image: dial tcp: no such host\n', '$ kind create cluster --name'],
    ['kind-get-nodes', 'ERROR: failed to list nodes\n', '$ kind get nodes --name netpol\n'],
    [
      'kind-get-kubeconfig',
      'ERROR: could not locate any control plane nodes\n',
      '$ kind get kubeconfig --name netpol\n',
    ],
    ['kubectl---kubeconfig', 'error: unable to connect to the server\n', '$ kubectl --kubeconfig '],
    ['docker-run', 'docker: Error response from daemon: network kind not found.\n', '$ docker run --detach --name'],
    [
      'docker-exec-netpol-worker-ip',
      'RTNETLINK answers: Operation not permitted\n',
      '$ docker exec netpol-worker ip route',
    ],
  ])('%s is shown with its output, and what was made is undone', async (call, output, commandLine) => {
    await machine.fail(call, output);
    const error = await failure([host]);
    expect(error).toMatchObject({ code: 'ERR_PROGRAM_FAILED' });
    expect(error.details).toContain(commandLine);
    expect(error.details).toContain(output.trim());
    expect([await machine.read('clusters'), await machine.read('outside')]).toEqual(['', '']);
    await expect(stat(`${machine.home}/kind/netpol`)).rejects.toThrow(/ENOENT/);
  });

  test('with a thousand lines is shown by its beginning and its end', async () => {
    const noise = Array.from({ length: 1000 }, (_, i) => `I1128 kubeadm line ${i}\n`).join('');
    await machine.fail('kind-create-cluster', `ERROR: failed to init node with kubeadm\n${noise}the end\n`);
    const { details = '' } = await failure();
    expect(details.split('\n').length).toBeLessThan(80);
    expect(details).toMatch(
      /^\$ kind create [\s\S]*failed to init node[\s\S]*\n… \d+ lines left out …\n[\s\S]*the end\n$/,
    );
  });

  test('of the undoing is told, and does not hide the first', async () => {
    await machine.fail('kubectl---kubeconfig', 'error: the first\n');
    await machine.fail('kind-delete-cluster', 'ERROR: the second\n');
    expect((await failure()).details).toContain('the first');
    expect(machine.progress.at(-1)).toMatch(/^could not undo: .*; remove it with: netpol-lab cluster down --on kind/);
  });

  test('because an image cannot be loaded is no end: the nodes may pull it', async () => {
    await machine.fail('kind-load-docker-image-busybox_1.36', 'ERROR: failed\n');
    await machine.fail('docker-save', 'Error response from daemon: no such image\n');
    await machine.provider().up({
      name: 'netpol',
      outside: [],
      onProgress: (line) => void machine.progress.push(line),
    });
    expect(machine.progress.join('\n')).toContain(
      'image busybox:1.36 could not be loaded, the nodes will try to pull it: Error response from daemon: no such image',
    );
  });
});

describe('a system pod that does not come up', { timeout: 60_000 }, () => {
  const image = 'registry.example/none:1';
  const connect = async () => createKubeClient(await readKubeconfig(`${machine.env['FIXTURES']}/kubeconfig`));

  test('for want of an image is told by its name while the network comes up, and ends the waiting', async () => {
    const client = await connect();
    const spec = { template: { spec: { containers: [{ name: 'calico-node', image }] } } };
    await client.json({
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node',
      contentType: 'application/strategic-merge-patch+json',
      body: { spec },
    });
    const wait = waitFor('calico-node', () => daemonSetReady(client, 'kube-system', 'calico-node'), { stuckMs: 0 });
    await expect(wait.finally(() => client.close())).rejects.toMatchObject({
      code: 'ERR_STATE',
      message: 'calico-node: the nodes cannot get an image',
      details: expect.stringMatching(/pods ready; calico-node-\w+: (ErrImagePull|ImagePullBackOff) registry/) as string,
      cure: expect.stringContaining('docker load -i FILE') as string,
    });
  });

  test('because it crashes is told with its last words when time is up', async () => {
    const client = await connect();
    const words = 'failed to create fsnotify watcher: too many open files';
    const command = ['sh', '-c', `echo '${words}'; exit 1`];
    await client.create(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'crashing', namespace: 'kube-system' },
        spec: { containers: [{ name: 'main', image: 'busybox:1.36', command }] },
      },
      'test',
    );
    const explained = `kube-system/crashing: CrashLoopBackOff\n  main: ${words}`;
    await expect.poll(() => explainPods(client), { timeout: 20_000 }).toBe(explained);
    const never = async () => ({ done: false, text: '0 of 3 pods ready' });
    const wait = waitFor('calico-node', never, { timeoutMs: 0, intervalMs: 1, explain: async () => explained });
    await expect(wait.finally(() => client.close())).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      details: `0 of 3 pods ready\n${explained}`,
      cure: expect.stringContaining('sysctl fs.inotify') as string,
    });
  });

  test('for the canary ends it at once, with the cure', async () => {
    const client = await connect();
    const canary = proveEnforcement(client, { image, prefix: 'netpol-lab' });
    await expect(canary.finally(() => client.close())).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      details: expect.stringContaining('ImagePullBackOff') as string,
      cure: expect.stringContaining('--probe-image') as string,
    });
  });
});

describe.skipIf(process.platform === 'win32')('somebody else at the same moment', { timeout: 60_000 }, () => {
  test('who was faster keeps the cluster', async () => {
    await machine.fail(
      'kind-create-cluster',
      'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "netpol"\n',
    );
    expect(await failure()).toMatchObject({ code: 'ERR_CLUSTER_EXISTS' });
    expect(await machine.calls()).not.toContain('delete');
    await expect(stat(`${machine.home}/kind/netpol`)).rejects.toThrow(/ENOENT/);
  });

  test('who is in the middle of making it is not disturbed', async () => {
    await machine.write('clusters', 'netpol\n');
    const record = {
      schemaVersion: 1,
      name: 'netpol',
      stage: 'creating',
      cni: 'calico',
      images: {},
      pid: process.ppid,
    };
    await mkdir(`${machine.home}/kind/netpol`, { recursive: true });
    await writeFile(`${machine.home}/kind/netpol/record.json`, JSON.stringify(record));
    const error = await failure();
    expect(error).toMatchObject({ code: 'ERR_CLUSTER_EXISTS' });
    expect(error.message).toContain(`is being made just now (process ${process.ppid})`);
    expect(await machine.calls()).not.toMatch(/delete|create/);
  });
});
