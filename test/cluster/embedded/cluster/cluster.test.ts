import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEmbeddedCluster } from '../../../../src/cluster/embedded/cluster.ts';
import { embeddedProvider } from '../../../../src/cluster/embedded/provider.ts';
import { realClock } from '../../../../src/kit/clock.ts';
import { virtualClock } from '../../../../src/kit/virtual-clock.ts';
import { createKubeClient } from '../../../../src/kube/create-client.ts';
import { readKubeconfig } from '../../../../src/kube/kubeconfig.ts';
import type { Deployment, Endpoints, Node, Pod } from '../../../../src/kube/objects.ts';
import { condition, openLab } from './lab.ts';

describe('a fresh embedded cluster', () => {
  test('holds what a kind cluster with Calico holds, all of it ready', async () => {
    await using lab = await openLab({ workers: 2 });
    const nodes = lab.machinery.list('nodes') as unknown as Node[];
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual([
      'netpol-control-plane',
      'netpol-worker',
      'netpol-worker2',
    ]);
    expect(nodes.map(({ spec }) => spec?.taints?.[0]?.key)).toEqual([
      'node-role.kubernetes.io/control-plane',
      undefined,
      undefined,
    ]);
    const pods = lab.machinery.list('pods') as unknown as Pod[];
    expect(pods.every((pod) => condition(pod, 'Ready')?.status === 'True')).toBe(true);
    const kinds = pods.map(({ metadata: { labels = {} } }) => labels['k8s-app'] ?? labels['component']);
    expect([...new Set(kinds)]).toEqual([
      'calico-kube-controllers',
      'calico-node',
      'kube-dns',
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-proxy',
      'kube-scheduler',
    ]);
    expect(lab.get<Deployment>('deployments.apps', 'coredns', 'kube-system').status).toMatchObject({
      readyReplicas: 2,
      availableReplicas: 2,
    });
    const endpoints = lab.get<Endpoints>('endpoints', 'kubernetes').subsets?.[0];
    expect([endpoints?.addresses?.[0]?.ip, endpoints?.ports?.[0]?.port]).toEqual([
      lab.cluster.given['CONTROL_PLANE_IP'],
      6443,
    ]);
    for (const namespace of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
      expect(lab.get('namespaces', namespace, '').metadata.labels).toEqual({
        'kubernetes.io/metadata.name': namespace,
      });
      expect(lab.machinery.find('serviceaccounts', namespace, 'default')).toBeDefined();
      expect(
        lab.get<{ data: Record<string, string> }>('configmaps', 'kube-root-ca.crt', namespace).data['ca.crt'],
      ).toBe(lab.cluster.caPem);
    }
  });

  test('is the same again under the same seed', async () => {
    await using first = await openLab();
    await using second = await openLab();
    const picture = (lab: typeof first) =>
      lab.machinery
        .list('pods')
        .map(({ metadata, status }) => [metadata.name, metadata.uid, (status as { podIP?: string }).podIP]);
    expect(picture(first)).toEqual(picture(second));
  });

  test('keeps still: nothing is written while nobody does anything', async () => {
    await using lab = await openLab();
    const before = lab.machinery.resourceVersion;
    await lab.seconds(3600);
    expect(lab.machinery.resourceVersion).toBe(before);
  });

  test('comes up through the provider with a private kubeconfig, and goes without a trace', async () => {
    const provider = embeddedProvider({ clock: virtualClock(), seed: 1, workers: 1 });
    expect(await provider.preflight()).toEqual([]);
    const up = await provider.up({ name: 'netpol', outside: [] });
    expect((await provider.up({ name: 'netpol', outside: [] })).kubeconfig).toBe(up.kubeconfig);
    if (process.platform !== 'win32') expect((await stat(up.kubeconfig)).mode & 0o777).toBe(0o600);
    const connection = await readKubeconfig(up.kubeconfig);
    expect(connection.context).toBe('netpol-lab-netpol');
    const client = createKubeClient(connection);
    const reply = await client.raw({ method: 'GET', path: '/api/v1/namespaces/kube-system/pods' });
    expect(reply.code).toBe(200);
    await up.down();
    await expect(stat(up.kubeconfig)).rejects.toThrow('ENOENT');
    await expect(client.raw({ method: 'GET', path: '/version' })).rejects.toThrow();
  });

  test('says that a port is taken, and leaves no kubeconfig behind', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const kubeconfigPath = join(tmpdir(), `netpol-lab-taken-${port}`);
    await expect(createEmbeddedCluster({ clock: realClock(), seed: 1, port, kubeconfigPath })).rejects.toMatchObject({
      code: 'ERR_PORT_TAKEN',
    });
    await expect(stat(kubeconfigPath)).rejects.toThrow('ENOENT');
    holder.close();
  });

  test('shares a process with others, and closing them ends every timer and socket', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const clusters = [];
    for (let i = 0; i < 8; i++)
      clusters.push(await createEmbeddedCluster({ name: `lab${i}`, clock: realClock(), seed: i, workers: 1 }));
    expect(new Set(clusters.map(({ url }) => url)).size).toBe(8);
    expect(clusters[3]?.machinery.list('nodes').map(({ metadata }) => metadata.name)).toEqual([
      'lab3-control-plane',
      'lab3-worker',
    ]);
    await Promise.all(clusters.map((cluster) => cluster.close()));
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length).toBeLessThanOrEqual(
      before,
    );
  });
});
