/** A small cluster without kubelet and controllers: the real machinery, the real runtime, pods started by hand. */

import { createMachinery } from '../../../../src/cluster/embedded/api/machinery/create.ts';
import type { Machinery } from '../../../../src/cluster/embedded/api/machinery.ts';
import {
  createRuntime,
  type EmbeddedRuntime,
  type RuntimeOptions,
} from '../../../../src/cluster/embedded/images/create-runtime.ts';
import type { RunningContainer, Sandbox } from '../../../../src/cluster/embedded/runtime.ts';
import { seededRandom } from '../../../../src/kit/random.ts';
import { type VirtualClock, virtualClock } from '../../../../src/kit/virtual-clock.ts';
import type { KubeObject, Pod } from '../../../../src/kube/objects.ts';
import { parseManifests } from '../../../../src/kube/yaml.ts';

export interface ExecOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
  /** On the cluster's clock. */
  readonly seconds: number;
}

export interface LabPod {
  readonly ip: string;
  readonly logs: () => string;
  readonly container: RunningContainer;
  readonly sandbox: Sandbox;
  exec(...argv: string[]): Promise<ExecOutcome>;
  sh(script: string): Promise<ExecOutcome>;
}

export interface LabNetwork {
  readonly clock: VirtualClock;
  readonly machinery: Machinery;
  readonly runtime: EmbeddedRuntime;
  /** Creates the objects of a manifest and lets policy changes arrive. */
  apply(yaml: string): Promise<void>;
  remove(resource: string, namespace: string | undefined, name: string): Promise<void>;
  run(options: PodOptions): Promise<LabPod>;
  outside(...argv: string[]): Promise<ExecOutcome>;
}

export interface PodOptions {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly image?: string;
  readonly command?: string[];
  readonly node?: string;
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly ports?: { name?: string; containerPort: number; hostPort?: number }[];
}

const nodes = [
  ['netpol-worker', '172.18.0.2', {}],
  ['netpol-control-plane', '172.18.0.3', { 'node-role.kubernetes.io/control-plane': '' }],
] as const;

export async function startLab(options: Partial<RuntimeOptions> = {}): Promise<LabNetwork> {
  const clock = virtualClock({ startMs: Date.UTC(2026, 10, 21, 1, 33, 15) });
  const random = seededRandom('lab-network');
  const machinery = createMachinery({ clock, random });
  for (const name of ['default', 'kube-system', 'shop', 'frontend']) {
    machinery.create('namespaces', undefined, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    });
  }
  for (const [name, address, labels] of nodes) {
    machinery.create('nodes', undefined, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    const node = machinery.get('nodes', undefined, name);
    const status = { addresses: [{ type: 'InternalIP', address }] };
    machinery.update('nodes', undefined, { ...node, status }, { subresource: 'status' });
  }
  const runtime = createRuntime({ machinery, clock, random, outsideIp: '172.18.0.4', ...options });
  const lab = new Lab(clock, machinery, runtime);
  await lab.apply(kubeDns);
  const dns = await lab.run({
    name: 'coredns-1',
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns' },
    image: 'registry.k8s.io/coredns/coredns:v1.12.1',
    dnsPolicy: 'Default',
    node: 'netpol-control-plane',
  });
  await lab.apply(
    endpointSlice(
      'kube-system',
      'kube-dns',
      [dns.ip],
      [
        ['dns', 53, 'UDP'],
        ['dns-tcp', 53, 'TCP'],
      ],
    ),
  );
  await lab.apply(endpointSlice('default', 'kubernetes', ['172.18.0.3'], [['https', 6443, 'TCP']]));
  return lab;
}

const kubeDns = `
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec:
  clusterIP: 10.96.0.10
  selector: {k8s-app: kube-dns}
  ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
---
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
spec:
  clusterIP: 10.96.0.1
  ports: [{name: https, port: 443, targetPort: 6443}]
`;

/** As the controller would write it; `nodeOf` tells where each address is. */
export function endpointSlice(
  namespace: string,
  service: string,
  ips: readonly string[],
  ports: readonly (readonly [name: string, port: number, protocol: string])[],
  nodeName?: string,
): string {
  return `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${service}-x, namespace: ${namespace}, labels: {kubernetes.io/service-name: ${service}}}
addressType: IPv4
ports: [${ports.map(([name, port, protocol]) => `{name: "${name}", port: ${port}, protocol: ${protocol}}`).join(', ')}]
endpoints: [${ips.map((ip) => `{addresses: ["${ip}"], conditions: {ready: true}${nodeName ? `, nodeName: ${nodeName}` : ''}}`).join(', ')}]
`;
}

class Lab implements LabNetwork {
  readonly clock: VirtualClock;
  readonly machinery: Machinery;
  readonly runtime: EmbeddedRuntime;

  constructor(clock: VirtualClock, machinery: Machinery, runtime: EmbeddedRuntime) {
    this.clock = clock;
    this.machinery = machinery;
    this.runtime = runtime;
  }

  async apply(yaml: string): Promise<void> {
    const { manifests, problems } = parseManifests(yaml, 'test');
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    for (const { object } of manifests) this.#put(object);
    await this.clock.advance(3_000);
  }

  async remove(resource: string, namespace: string | undefined, name: string): Promise<void> {
    this.machinery.delete(resource, namespace, name);
    await this.clock.advance(3_000);
  }

  async run(options: PodOptions): Promise<LabPod> {
    const { name, namespace = 'default', labels = {}, image = 'busybox:1.36', node = 'netpol-worker' } = options;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: {
        nodeName: node,
        ...(options.hostNetwork && { hostNetwork: true }),
        dnsPolicy: options.dnsPolicy ?? 'ClusterFirst',
        containers: [
          {
            name: 'main',
            image,
            ...(options.command && { command: options.command }),
            ...(options.ports && { ports: options.ports }),
          },
        ],
      },
    } as unknown as Pod;
    const stored = this.machinery.create('pods', namespace, pod as unknown as KubeObject) as Pod;
    const sandbox = this.runtime.createSandbox({ pod: stored, nodeName: node });
    let text = '';
    const [container] = stored.spec?.containers ?? [];
    if (!container) throw new Error('no container');
    const idle =
      image.startsWith('busybox') || image.startsWith('alpine') || image.includes('curl')
        ? ['sleep', '36000']
        : undefined;
    const running = sandbox.startContainer({
      container: { ...container, ...(!container.command && idle && { command: idle }) },
      env: new Map(),
      files: new Map(),
      sharedDirectories: new Map(),
      onOutput: (_stream, bytes) => {
        text += new TextDecoder().decode(bytes);
      },
    });
    await this.clock.advance(10);
    const exec = (argv: readonly string[]) => this.#exec((io) => running.exec({ ...io, argv, urgent: true }));
    return {
      ip: sandbox.ips[0] ?? '',
      logs: () => text,
      container: running,
      sandbox,
      exec: (...argv) => exec(argv),
      sh: (script) => exec(['sh', '-c', script]),
    };
  }

  outside(...argv: string[]): Promise<ExecOutcome> {
    return this.#exec((io) => this.runtime.outsideExec({ ...io, argv, urgent: true }));
  }

  async #exec(
    start: (io: Pick<Parameters<RunningContainer['exec']>[0], 'stdout' | 'stderr'>) => { exited: Promise<number> },
  ): Promise<ExecOutcome> {
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    const sink = (into: Uint8Array[]) => ({
      write: async (bytes: Uint8Array) => void into.push(bytes.slice()),
      close: () => {},
    });
    const begun = this.clock.now();
    const status = await start({ stdout: sink(out), stderr: sink(err) }).exited;
    const text = (parts: Uint8Array[]) => Buffer.concat(parts).toString('utf8');
    return { stdout: text(out), stderr: text(err), status, seconds: Math.round((this.clock.now() - begun) / 100) / 10 };
  }

  #put(object: KubeObject): void {
    const type = this.machinery
      .types()
      .find(
        ({ kind, group, version }) =>
          kind === object.kind && object.apiVersion === (group === '' ? version : `${group}/${version}`),
      );
    if (!type) throw new Error(`no kind ${object.kind}`);
    const { namespace, name = '' } = object.metadata;
    const known = this.machinery.find(type.id, namespace, name);
    if (!known) this.machinery.create(type.id, namespace, object);
    else this.machinery.update(type.id, namespace, { ...object, metadata: { ...known.metadata, ...object.metadata } });
  }
}
