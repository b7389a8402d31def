/** The kind provider from nothing to a lesson and away again, on stand-ins for docker, kind and kubectl; every command line is a golden. */
import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkPrograms } from '../../../src/cluster/kind/preflight.ts';
import { createTools } from '../../../src/cluster/kind/tools.ts';
import { LabError } from '../../../src/kit/errors.ts';
import { wellKnown } from '../../../src/kube/client.ts';
import { createKubeClient } from '../../../src/kube/create-client.ts';
import { readKubeconfig } from '../../../src/kube/kubeconfig.ts';
import type { ConfigMap } from '../../../src/kube/objects.ts';
import { type Machine, makeMachine } from './stand-ins.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await makeMachine();
});
afterEach(() => machine[Symbol.asyncDispose]());

const google = {
  name: 'google.com',
  addresses: ['203.0.113.80'],
  listens: [{ port: 80, protocol: 'TCP', http: { body: 'hello\n' } }],
} as const;

const request = () => ({
  name: 'netpol',
  outside: [],
  images: ['nginx:1.27'],
  onProgress: (line: string) => void machine.progress.push(line),
});

async function corefile(): Promise<string> {
  const client = createKubeClient(await readKubeconfig(`${machine.home}/kind/netpol/kubeconfig`));
  try {
    const { data } = await client.get<ConfigMap>(wellKnown.configMaps, 'kube-system', 'coredns');
    return data?.['Corefile'] ?? '';
  } finally {
    client.close();
  }
}

async function failure(work: Promise<unknown>): Promise<LabError> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof LabError) return error;
  throw error;
}

// The stand-ins are shell scripts.
const onPosix = describe.skipIf(process.platform === 'win32');

onPosix('a kind cluster', { timeout: 60_000 }, () => {
  test('is made, taught, left, used again and removed, by these command lines', async () => {
    const cluster = await machine.provider().up(request());
    await cluster.setOutside([google]);
    const taught = await corefile();
    expect(taught).toContain('google.com:53 {');
    expect(taught).toContain('203.0.113.80 google.com');
    await cluster.leave();
    expect(await corefile()).not.toContain('google.com');
    await expect(machine.calls()).resolves.toMatchFileSnapshot('goldens/first-session.txt');
    expect(machine.progress.join('\n')).toContain('canary: this cluster enforces NetworkPolicy');
    expect(machine.progress.join('\n')).toContain('image nginx:1.27 is not on this machine: the nodes will pull it');
    expect((await stat(cluster.kubeconfig)).mode & 0o777).toBe(0o600);

    await machine.forgetCalls();
    const again = await machine.provider().up(request());
    await again.leave();
    const calls = await machine.calls();
    expect(calls).not.toMatch(/create|kubectl|load/);
    await expect(calls).toMatchFileSnapshot('goldens/second-session.txt');

    await machine.forgetCalls();
    expect(await machine.provider().remove('netpol')).toBe(true);
    await expect(machine.calls()).resolves.toMatchFileSnapshot('goldens/removal.txt');
    expect(await machine.provider().remove('netpol')).toBe(false);
  });

  test('that kind cannot create is undone, and the error shows command line, output and cure', async () => {
    await machine.fail('kind-create-cluster', 'ERROR: failed to create cluster: too many open files\n');
    const error = await failure(machine.provider().up(request()));
    expect(error).toMatchObject({ code: 'ERR_PROGRAM_FAILED', message: 'kind exited with 1' });
    expect(error.details).toContain('$ kind create cluster --name netpol --image kindest/node:v1.36.1@sha256:');
    expect(error.details).toContain('too many open files');
    expect(error.cure).toContain('sysctl fs.inotify');
    expect(await machine.calls()).toContain('kind delete cluster --name netpol');
    await expect(stat(`${machine.home}/kind/netpol`)).rejects.toThrow(/ENOENT/);
  });

  test('that cannot be created is left for looking at with --keep', async () => {
    await machine.fail('kind-create-cluster', 'ERROR: failed to init node with kubeadm\n');
    const error = await failure(machine.provider({ keep: true }).up(request()));
    expect(error.cure).toContain('--keep');
    const calls = await machine.calls();
    expect(calls).toContain(' --retain');
    expect(calls).not.toContain('delete');
  });

  test('whose creation is interrupted half-way is undone', async () => {
    await machine.hang('kind-create-cluster');
    const interrupt = new AbortController();
    const up = machine.provider().up({ ...request(), signal: interrupt.signal });
    up.catch(() => undefined);
    while (!(await machine.read('clusters')).includes('netpol'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    interrupt.abort(new LabError('ERR_INTERRUPTED', 'interrupted by SIGINT'));
    expect((await failure(up)).code).toBe('ERR_INTERRUPTED');
    expect(await machine.read('clusters')).toBe('');
  });

  test('that a killed lab has left half-made is made again', async () => {
    await machine.provider().up(request());
    const { readFile, writeFile } = await import('node:fs/promises');
    const path = `${machine.home}/kind/netpol/record.json`;
    await writeFile(path, (await readFile(path, 'utf8')).replace('"ready"', '"creating"'));
    await machine.forgetCalls();
    await machine.provider().up(request());
    expect((await machine.calls()).match(/kind (delete|create) cluster/g)).toEqual([
      'kind delete cluster',
      'kind create cluster',
    ]);
  });

  test('whose CNI was not installed is finished, not made again', async () => {
    await machine.fail('kubectl---kubeconfig', 'error: the server is currently unable to handle the request\n');
    const error = await failure(machine.provider({ keep: true }).up(request()));
    expect(error.details).toMatch(/\$ kubectl --kubeconfig .* apply --server-side --force-conflicts --filename/);
    await rmFail('kubectl---kubeconfig');
    await machine.forgetCalls();
    await machine.provider().up(request());
    expect(await machine.calls()).not.toContain('create cluster');
    expect(machine.progress).toContain('finishing the kind cluster netpol');
  });

  test('that somebody else has made is neither used nor removed', async () => {
    await machine.write('clusters', 'netpol\n');
    const client = createKubeClient(await readKubeconfig(`${machine.env['FIXTURES']}/kubeconfig`));
    for (const name of ['netpol-control-plane', 'netpol-worker', 'netpol-worker2'])
      await client.patch(wellKnown.nodes, undefined, name, { metadata: { labels: { 'netpol-lab/provider': null } } });
    client.close();
    expect(await failure(machine.provider().up(request()))).toMatchObject({ code: 'ERR_CLUSTER_EXISTS' });
    expect(await failure(machine.provider().remove('netpol'))).toMatchObject({ code: 'ERR_CLUSTER_EXISTS' });
    expect(await machine.calls()).not.toMatch(/delete|create/);
  });

  test('that Docker has stopped is started', async () => {
    await machine.provider().up(request());
    await machine.write('stopped', '');
    await machine.forgetCalls();
    await machine.provider().up(request());
    expect(await machine.calls()).toContain('docker start netpol-control-plane netpol-worker netpol-worker2\n');
  });
});

async function rmFail(call: string): Promise<void> {
  await machine.heal(call);
}

test.skipIf(process.platform === 'win32')(
  'a cluster that accepts policies and ignores them is refused, and undone',
  { timeout: 90_000 },
  async () => {
    await using other = await makeMachine({ cni: 'flannel' });
    const error = await failure(other.provider({ cni: 'kindnet', effectMs: 3000 }).up({ name: 'netpol', outside: [] }));
    expect(error).toMatchObject({ code: 'ERR_NOT_ENFORCED', message: 'this cluster does not enforce NetworkPolicy' });
    expect(await other.read('clusters')).toBe('');
  },
);

onPosix('before anything is started', () => {
  test.each([
    [
      'docker',
      'ERR_PROGRAM_FAILED',
      'docker-version',
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
      'start Docker',
    ],
    [
      'the rights',
      'ERR_PROGRAM_FAILED',
      'docker-version',
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n',
      'usermod',
    ],
    ['kind', 'ERR_PROGRAM_FAILED', 'kind-version', 'exec format error\n', 'install kind v0.32.0'],
  ])('%s is missed with its cure', async (_what, code, call, output, cure) => {
    await machine.fail(call, output);
    const [problem] = await machine.provider().preflight();
    expect(problem).toMatchObject({ code });
    expect(problem?.details).toContain(output.trim());
    expect(problem?.cure).toContain(cure);
    expect((await failure(machine.provider().up(request()))).code).toBe(code);
    expect(await machine.calls()).not.toContain('create');
  });

  test('a daemon that never answers is no daemon', async () => {
    await machine.hang('docker-version');
    expect(await checkPrograms(createTools('docker', machine.env), undefined, 500)).toMatchObject([
      {
        code: 'ERR_PROGRAM_FAILED',
        details: 'docker did not finish within 0.5 s',
        cure: 'make this work: docker info',
      },
    ]);
  });

  test('programs that are not there are all told at once', async () => {
    const problems = await machine.provider({ env: { ...machine.env, PATH: '/nowhere' } }).preflight();
    expect(problems.map(({ message }) => message)).toEqual(['docker is not installed', 'kind is not installed']);
  });

  test('another engine is used where kind is told to', async () => {
    const podman = machine.provider({ env: { ...machine.env, KIND_EXPERIMENTAL_PROVIDER: 'podman' } });
    await machine.fail('podman-info', 'Cannot connect to Podman. Is the podman socket running?\n');
    expect(await podman.preflight()).toMatchObject([
      { code: 'ERR_PROGRAM_FAILED', cure: expect.stringContaining('podman machine start') as string },
    ]);
    const wrong = machine.provider({ env: { ...machine.env, KIND_EXPERIMENTAL_PROVIDER: 'lxc' } }).preflight();
    expect((await failure(wrong)).code).toBe('ERR_USAGE');
  });
});

onPosix('hosts beyond the cluster', { timeout: 60_000 }, () => {
  test('of an image that is not here and cannot be pulled say how to bring it', async () => {
    const cluster = await machine.provider({ outsideImage: 'other:1' }).up(request());
    await machine.fail('docker-pull', 'dial tcp: lookup registry-1.docker.io: no such host\n');
    const error = await failure(cluster.setOutside([google]));
    expect(error.details).toContain('$ docker pull other:1');
    expect(error.cure).toContain('--outside-image');
  });

  test('are kept when they are asked for again, and replaced by others', async () => {
    const cluster = await machine.provider().up(request());
    await cluster.setOutside([google]);
    await machine.forgetCalls();
    await cluster.setOutside([google]);
    expect(await machine.calls()).not.toMatch(/docker (run|rm)/);
    await cluster.setOutside([{ ...google, addresses: ['203.0.113.81'] }]);
    const calls = await machine.calls();
    expect(calls).toContain('docker exec netpol-worker ip route del 203.0.113.80/32\n');
    expect(calls).toContain('docker exec netpol-worker ip route replace 203.0.113.81/32 via 172.18.0.9\n');
    await cluster.setOutside([]);
    expect(await machine.read('outside')).toBe('');
  });
});
