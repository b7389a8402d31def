/**
 * The cluster's network as a whole: addresses, Services, policy, names, the outside, and what it saw. It follows the API's
 * objects by itself; the container runtime adds and removes network namespaces.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../../kube/objects.ts';
import type { OutsideHost } from '../../provider.ts';
import type { Machinery } from '../api/machinery.ts';
import { type CniName, cniProfiles } from './cni-profiles.ts';
import { createDataPath, type DataPath } from './data-path.ts';
import { createDnsZone, type DnsZone } from './dns-zone.ts';
import { createFlowLog, type FlowLog } from './flow-log.ts';
import { HostPorts } from './host-ports.ts';
import { createIpam, type Ipam } from './ipam.ts';
import { primaryIp } from './net-host.ts';
import { createOutside, type Outside } from './outside.ts';
import { createPolicyFeed, type PolicyFeed } from './policy-feed.ts';
import { createPolicyJudge } from './policy-judge.ts';
import { createServiceTable } from './service-table.ts';
import { Stack } from './stack.ts';
import { UdpConntrack } from './udp-conntrack.ts';
import { createWorld, type World } from './world.ts';

export interface NetworkOptions {
  readonly machinery: Machinery;
  readonly clock: Clock;
  readonly random: Random;
  readonly cni?: CniName;
  /** Of the machine from which people look in; on the nodes' network. */
  readonly outsideIp?: string;
  /** Bounds of the time that a change of policy takes to be felt. */
  readonly policyDelayMs?: readonly [number, number];
}

export interface PodNetwork {
  readonly stack: Stack;
  readonly ips: readonly string[];
  remove(): void;
}

export interface Network {
  readonly flows: FlowLog;
  readonly zone: DnsZone;
  readonly outside: Outside;
  readonly random: Random;
  /** A namespace of its own, or the node's for hostNetwork pods. */
  addPod(pod: Pod, nodeName: string): PodNetwork;
  /** Made on first use, with the address that its Node object has (or will have). */
  nodeStack(nodeName: string): Stack;
  setOutside(hosts: readonly OutsideHost[]): void;
  close(): void;
}

export function createNetwork(options: NetworkOptions): Network {
  return new ClusterNetwork(options);
}

class ClusterNetwork implements Network {
  readonly flows: FlowLog;
  readonly zone: DnsZone;
  readonly outside: Outside;
  readonly random: Random;
  readonly #machinery: Machinery;
  readonly #world: World = createWorld();
  readonly #services = createServiceTable();
  readonly #hostPorts = new HostPorts();
  readonly #conntrack: UdpConntrack;
  readonly #path: DataPath;
  readonly #ipam: Ipam;
  readonly #feed: PolicyFeed;
  readonly #unsubscribe: () => void;

  constructor(options: NetworkOptions) {
    const { machinery, clock, random } = options;
    const profile = cniProfiles[options.cni ?? 'calico'];
    const flows = createFlowLog();
    const judge = createPolicyJudge(profile, (ip) => this.#isInCluster(ip));
    this.flows = flows;
    this.random = random;
    this.#machinery = machinery;
    this.#conntrack = new UdpConntrack(clock);
    this.#ipam = createIpam(profile.blocks);
    this.#path = createDataPath({
      world: this.#world,
      services: this.#services,
      hostPorts: this.#hostPorts,
      judge,
      random,
      onFlow: (flow) => flows.add({ ...flow, atMs: clock.now() }),
    });
    this.zone = createDnsZone({
      services: this.#services,
      namespaceExists: (name) => machinery.find('namespaces', undefined, name) !== undefined,
    });
    this.#followObjects();
    this.#unsubscribe = machinery.subscribe(undefined, ({ type, object }, resource) => {
      if (resource === 'services') this.#onService(object as Service, type === 'DELETED');
      else if (resource === 'endpointslices.discovery.k8s.io')
        this.#onSlice(object as EndpointSlice, type === 'DELETED');
      else if (resource === 'nodes') this.#onNode(object as Node, type === 'DELETED');
    });
    const { policyDelayMs } = options;
    this.#feed = createPolicyFeed({
      machinery,
      state: judge,
      profile,
      clock,
      random,
      ...(policyDelayMs && { delayMs: policyDelayMs }),
    });
    this.outside = createOutside({
      world: this.#world,
      clock,
      random,
      machineIp: options.outsideIp ?? '172.18.0.200',
      gatewayIp: '172.18.0.1',
      createStack: (host) => this.#createStack({ kind: 'outside', ...host }),
    });
  }

  addPod(pod: Pod, nodeName: string): PodNetwork {
    const { name = '', namespace = '' } = pod.metadata;
    if (pod.spec?.hostNetwork) {
      const stack = this.nodeStack(nodeName);
      return { stack, ips: [stack.ip], remove: () => {} };
    }
    const ip = this.#ipam.allocate(nodeName);
    const stack = this.#createStack({ kind: 'pod', ips: [ip], name, namespace, nodeName });
    this.nodeStack(nodeName);
    this.#world.add(stack);
    this.#feed.podStarted(pod, [ip]);
    const closePorts = this.#hostPorts.open(pod, nodeName, ip);
    let removed = false;
    return {
      stack,
      ips: [ip],
      remove: () => {
        if (removed) return;
        removed = true;
        closePorts();
        stack.destroy();
        this.#world.remove(stack);
        this.#feed.podGone(namespace, name, ip);
        this.#ipam.release(ip);
      },
    };
  }

  nodeStack(nodeName: string): Stack {
    const known = this.#world.node(nodeName);
    if (known instanceof Stack) return known;
    const node = this.#machinery.find('nodes', undefined, nodeName) as Node | undefined;
    const ip = (node && internalIp(node)) ?? this.#freeNodeIp();
    const stack = this.#createStack({ kind: 'node', ips: [ip], name: nodeName, nodeName });
    this.#world.add(stack);
    return stack;
  }

  setOutside(hosts: readonly OutsideHost[]): void {
    this.outside.setHosts(hosts);
  }

  close(): void {
    this.#unsubscribe();
    this.#feed.close();
    for (const host of [...this.#world.hosts()]) if (host instanceof Stack) host.destroy();
  }

  #createStack(host: {
    kind: Stack['kind'];
    ips: readonly string[];
    name: string;
    namespace?: string;
    nodeName?: string;
    allowsFrom?: ReadonlySet<string>;
  }): Stack {
    return new Stack({ ...host, path: this.#path, conntrack: this.#conntrack, random: this.random });
  }

  #followObjects(): void {
    for (const node of this.#machinery.list('nodes')) this.#onNode(node as Node, false);
    for (const service of this.#machinery.list('services')) this.#onService(service as Service, false);
    for (const slice of this.#machinery.list('endpointslices.discovery.k8s.io')) {
      this.#onSlice(slice as EndpointSlice, false);
    }
  }

  #onService(service: Service, gone: boolean): void {
    const { namespace = '', name = '' } = service.metadata;
    if (gone) this.#services.removeService(namespace, name);
    else this.#services.setService(service);
  }

  #onSlice(slice: EndpointSlice, gone: boolean): void {
    if (gone) this.#services.removeSlice(slice);
    else this.#services.setSlice(slice);
  }

  #onNode(node: Node, gone: boolean): void {
    const name = node.metadata.name ?? '';
    const known = this.#world.node(name);
    const ip = internalIp(node);
    if (known instanceof Stack && (gone || (ip !== undefined && primaryIp(known) !== ip))) {
      this.#world.remove(known);
      known.destroy();
    }
    if (!gone && ip !== undefined) this.nodeStack(name);
  }

  #isInCluster(ip: string): boolean {
    const kind = this.#world.find(ip)?.kind;
    return kind === 'pod' || kind === 'node';
  }

  #freeNodeIp(): string {
    for (let last = 2; last < 200; last++) if (!this.#world.find(`172.18.0.${last}`)) return `172.18.0.${last}`;
    return '172.18.1.1';
  }
}

function internalIp(node: Node): string | undefined {
  return node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}
