/** What every provider has to do, written once: run by embedded, by existing, and by kind where Docker is. */
import { describe, expect, test } from 'vitest';
import type { Capability, Cluster, OutsideHost } from '../../src/cluster/provider.ts';
import { ApiError, type KubeClient, wellKnown } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import type { KubeObject, Node, Pod } from '../../src/kube/objects.ts';
import { runProbe } from '../../src/probe/run-probe.ts';

export interface Subject {
  readonly cluster: Cluster;
  readonly capabilities: ReadonlySet<Capability>;
  /** The same cluster again, as another up() gives it. */
  again(): Promise<Cluster>;
}

const busybox = 'busybox:1.36';
/** Holds no program that could probe, and is on every node: the image of sandboxes, whichever version that is there. */
async function bareImage(client: KubeClient): Promise<string> {
  const nodes = await client.list<Node>(wellKnown.nodes);
  const images = nodes.flatMap(({ status }) => status?.images?.flatMap(({ names = [] }) => names) ?? []);
  return images.find((name) => /\/pause:[\d.]+$/.test(name)) ?? 'registry.k8s.io/pause:3.10';
}

const outside: readonly OutsideHost[] = [
  {
    name: 'web.example',
    addresses: ['203.0.113.80'],
    listens: [{ port: 80, protocol: 'TCP', http: { body: 'hello from outside\n' } }],
  },
];

/** `subject` is called once, inside the tests; `skip` is why this provider cannot be run here. */
export function providerSuite(name: string, subject: () => Promise<Subject>, skip?: string): void {
  describe.skipIf(skip !== undefined)(`${name}${skip ? ` (skipped: ${skip})` : ''}`, { timeout: 240_000 }, () => {
    test('is up, serves its API by a kubeconfig of its own, and is the same when it is asked for again', async () => {
      const { cluster, again } = await subject();
      const connection = await readKubeconfig(cluster.kubeconfig);
      const client = createKubeClient(connection);
      try {
        expect(await client.list(wellKnown.namespaces)).not.toEqual([]);
      } finally {
        client.close();
      }
      const second = await again();
      expect((await readKubeconfig(second.kubeconfig)).server).toBe(connection.server);
    });

    test('tells allowed, blocked, refused and unresolved apart, and keeps the evidence', async () => {
      await inNamespace(subject, 'flows', async (client, namespace) => {
        await client.create(pod(namespace, 'server', busybox, ['httpd', '-f', '-p', '8080']), 'suite');
        await client.create(pod(namespace, 'client', busybox, ['sleep', '3600']), 'suite');
        const [server] = await ready(client, namespace, ['server', 'client']);
        const host = server?.status?.podIP ?? '';
        const probe = (port: number, to = host) =>
          runProbe(client, { namespace, pod: 'client', host: to, port, protocol: 'TCP' });
        const allowed = await probe(8080);
        expect(allowed).toMatchObject({ outcome: 'allowed' });
        expect(allowed.evidence[0]?.argv[0]).toBe('nc');
        expect(await probe(9999)).toMatchObject({ outcome: 'refused' });
        expect(await probe(80, 'no-such-host.example.invalid')).toMatchObject({ outcome: 'unresolved' });
        await client.create(deny(namespace), 'suite');
        await expect.poll(async () => (await probe(8080)).outcome, { timeout: 30_000 }).toBe('blocked');
        await client.delete(wellKnown.networkPolicies, namespace, 'deny');
        await expect.poll(async () => (await probe(8080)).outcome, { timeout: 30_000 }).toBe('allowed');
        expect(await runProbe(client, { namespace, pod: 'nobody', host, port: 1, protocol: 'TCP' })).toMatchObject({
          outcome: 'unknown',
          reason: 'no-such-pod',
        });
      });
    });

    test('probes from a pod whose image has no tool', async () => {
      await inNamespace(subject, 'bare', async (client, namespace) => {
        await client.create(pod(namespace, 'server', busybox, ['httpd', '-f', '-p', '8080']), 'suite');
        await client.create(pod(namespace, 'client', await bareImage(client)), 'suite');
        const [server] = await ready(client, namespace, ['server', 'client']);
        const host = server?.status?.podIP ?? '';
        const request = { namespace, pod: 'client', host, port: 8080, protocol: 'TCP' } as const;
        expect(await runProbe(client, request, { probeImage: busybox })).toMatchObject({ outcome: 'allowed' });
        await runProbe(client, request, { probeImage: busybox });
        const { spec } = await client.get<Pod>(wellKnown.pods, namespace, 'client');
        expect(spec?.ephemeralContainers?.map((container) => container.name)).toEqual(['netpol-lab-probe-1']);
      });
    });

    test('answers names by DNS', async () => {
      await inNamespace(subject, 'dns', async (client, namespace) => {
        await client.create(pod(namespace, 'client', busybox, ['sleep', '3600']), 'suite');
        await ready(client, namespace, ['client']);
        const kubeDns = await client.get<KubeObject & { spec: { clusterIP: string } }>(
          wellKnown.services,
          'kube-system',
          'kube-dns',
        );
        const request = { namespace, pod: 'client', host: kubeDns.spec.clusterIP, port: 53, protocol: 'UDP' } as const;
        expect(await runProbe(client, request)).toMatchObject({ outcome: 'allowed' });
      });
    });

    test('has hosts beyond the cluster where it says so, and says so where it has none', async () => {
      const { cluster, capabilities } = await subject();
      if (!capabilities.has('outside-world')) {
        await expect(cluster.setOutside(outside)).rejects.toMatchObject({ code: 'ERR_NOT_APPLICABLE' });
        return;
      }
      await cluster.setOutside(outside);
      await inNamespace(subject, 'outside', async (client, namespace) => {
        await client.create(pod(namespace, 'client', busybox, ['sleep', '3600']), 'suite');
        await ready(client, namespace, ['client']);
        const page: string[] = [];
        const io = { onStdout: (bytes: Uint8Array) => void page.push(Buffer.from(bytes).toString('utf8')) };
        await client.exec(namespace, 'client', 'main', ['wget', '-qO-', 'http://web.example/any/page'], io);
        expect(page.join('')).toBe('hello from outside\n');
        const closed = { namespace, pod: 'client', host: '203.0.113.80', port: 81, protocol: 'TCP' } as const;
        expect(await runProbe(client, closed)).toMatchObject({ outcome: 'refused' });
        await cluster.setOutside([]);
        const gone = { namespace, pod: 'client', host: 'web.example', port: 80, protocol: 'TCP' } as const;
        expect(await runProbe(client, gone)).toMatchObject({ outcome: 'unresolved' });
      });
    });
  });
}

async function inNamespace(
  subject: () => Promise<Subject>,
  name: string,
  work: (client: KubeClient, namespace: string) => Promise<void>,
): Promise<void> {
  const { cluster } = await subject();
  const client = createKubeClient(await readKubeconfig(cluster.kubeconfig));
  const namespace = `suite-${name}`;
  try {
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, 'suite');
    await work(client, namespace);
  } finally {
    await client.delete(wellKnown.namespaces, undefined, namespace).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
    });
    client.close();
  }
}

function pod(namespace: string, name: string, image: string, command?: readonly string[]): KubeObject {
  const container = { name: 'main', image, imagePullPolicy: 'IfNotPresent', ...(command && { command }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  };
}

function deny(namespace: string): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace },
    spec: { podSelector: { matchLabels: { app: 'server' } }, policyTypes: ['Ingress'] },
  };
}

async function ready(client: KubeClient, namespace: string, names: readonly string[]): Promise<readonly Pod[]> {
  const isReady = async (name: string) =>
    (await client.get<Pod>(wellKnown.pods, namespace, name)).status?.conditions?.some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    ) ?? false;
  for (const name of names) await expect.poll(() => isReady(name), { timeout: 120_000, interval: 100 }).toBe(true);
  return Promise.all(names.map((name) => client.get<Pod>(wellKnown.pods, namespace, name)));
}
