/**
 * The container runtime of the embedded cluster: images, sandboxes with an address each, containers in them, and the
 * kubelet's own probes, all on one simulated network.
 */
import { Duplex } from 'node:stream';
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { Pod } from '../../../kube/objects.ts';
import { createMemoryFs, type MemoryFs } from '../../../shell/memory-fs.ts';
import type { OutsideHost } from '../../provider.ts';
import type { Machinery } from '../api/machinery.ts';
import type { CniName } from '../net/cni-profiles.ts';
import type { FlowLog } from '../net/flow-log.ts';
import { createNetwork, type Network, type PodNetwork } from '../net/network.ts';
import {
  type ContainerRuntime,
  type ExecOptions,
  type ExecProcess,
  type RunningContainer,
  type Sandbox,
  StartError,
  type StartOptions,
} from '../runtime.ts';
import { findImage } from './catalogue.ts';
import { type ContainerOptions, type StartedContainer, startContainer } from './container.ts';
import { httpProbe, tcpProbe } from './node-probes.ts';
import { startNodeServices } from './node-services.ts';
import { createOutsideShell } from './outside-shell.ts';
import { hostnameOf } from './pod-files.ts';

export interface RuntimeOptions {
  readonly machinery: Machinery;
  readonly clock: Clock;
  readonly random: Random;
  readonly cni?: CniName;
  /** The kube-dns Service's address. Default 10.96.0.10. */
  readonly clusterDns?: string;
  /** Of the machine outside that `outsideExec` runs on. */
  readonly outsideIp?: string;
  readonly policyDelayMs?: readonly [number, number];
}

export interface EmbeddedRuntime extends ContainerRuntime {
  setOutside(hosts: readonly OutsideHost[]): void;
  readonly outsideIp: string;
  /** Runs a program (curl, sh …) on the machine outside. Throws StartError when there is no such program. */
  outsideExec(options: ExecOptions): ExecProcess;
  readonly flows: FlowLog;
  /** Ends every container and closes every socket. */
  close(): void;
}

export function createRuntime(options: RuntimeOptions): EmbeddedRuntime {
  const { clock, random } = options;
  const network = createNetwork(options);
  const containers = new Set<RunningContainer>();
  const outside = createOutsideShell(network, clock, random, (container) => containers.add(container));
  const forgetNodes = startNodeServices(network, options.machinery, clock);
  return {
    flows: network.flows,
    outsideIp: network.outside.machine.ip,
    setOutside: (hosts) => network.setOutside(hosts),
    outsideExec: (exec) => outside().exec(exec),
    image(reference) {
      const found = findImage(reference);
      return found && { id: found.id, sizeBytes: found.image.sizeBytes, user: found.image.user };
    },
    createSandbox({ pod, nodeName }) {
      const podNetwork = network.addPod(pod, nodeName);
      return new PodSandbox({ options, network, podNetwork, pod, nodeName, containers });
    },
    httpProbe: (nodeName, url, timeoutMs) => httpProbe(network.nodeStack(nodeName), clock, url, timeoutMs),
    tcpProbe: (nodeName, ip, port, timeoutMs) => tcpProbe(network.nodeStack(nodeName), clock, { ip, port }, timeoutMs),
    close() {
      forgetNodes();
      for (const container of containers) container.kill('SIGKILL');
      network.close();
    },
  };
}

interface SandboxParts {
  readonly options: RuntimeOptions;
  readonly network: Network;
  readonly podNetwork: PodNetwork;
  readonly pod: Pod;
  readonly nodeName: string;
  readonly containers: Set<RunningContainer>;
}

class PodSandbox implements Sandbox {
  readonly ips: readonly string[];
  readonly #parts: SandboxParts;
  readonly #volumes = new Map<string, MemoryFs>();
  readonly #running = new Map<string, StartedContainer>();
  readonly #gone = new AbortController();

  constructor(parts: SandboxParts) {
    this.#parts = parts;
    this.ips = parts.podNetwork.ips;
  }

  startContainer(start: StartOptions): RunningContainer {
    const { containers } = this.#parts;
    const target = (start.container as { readonly targetContainerName?: string }).targetContainerName;
    const join = target === undefined ? undefined : this.#running.get(target)?.processes;
    const running = startContainer({ ...this.#optionsFor(start), ...(join && { join }) });
    const { name } = start.container;
    containers.add(running);
    this.#running.set(name, running);
    void running.exited.then(() => {
      containers.delete(running);
      if (this.#running.get(name) === running) this.#running.delete(name);
    });
    return running;
  }

  async connectLocal(port: number): Promise<Duplex> {
    const { clock } = this.#parts.options;
    const { signal } = this.#gone;
    const urgent = clock.urgent();
    const opened = await this.#parts.podNetwork.stack.connect(
      { ip: '127.0.0.1', port },
      { clock: urgent, signal, lifetime: signal, blocking: true },
    );
    if (opened.outcome !== 'connected') throw new Error('connect: connection refused');
    return toDuplex(opened.connection);
  }

  remove(): void {
    this.#gone.abort('the sandbox is gone');
    this.#parts.podNetwork.remove();
  }

  #optionsFor(start: StartOptions): ContainerOptions {
    const { options, network, podNetwork, pod, nodeName } = this.#parts;
    const { clock, random, clusterDns = '10.96.0.10' } = options;
    const found = findImage(start.container.image ?? '');
    if (!found) throw new StartError(`failed to get image "${start.container.image}": not found`, 128);
    const security = { ...pod.spec?.securityContext, ...start.container.securityContext };
    return {
      ...start,
      image: found.image,
      net: { stack: podNetwork.stack, libc: found.image.libc, random, zone: network.zone },
      podFiles: { pod, nodeName, ips: this.ips, clusterDns, nodeResolver: network.outside.resolverIp },
      hostname: hostnameOf(pod, nodeName),
      clock,
      random,
      volume: (name) => this.#volume(name),
      runAs: {
        ...(security.runAsUser !== undefined && { uid: security.runAsUser }),
        ...(security.runAsGroup !== undefined && { gid: security.runAsGroup }),
      },
    };
  }

  #volume(name: string): MemoryFs {
    const known = this.#volumes.get(name);
    if (known) return known;
    const fresh = createMemoryFs(() => this.#parts.options.clock.now());
    fresh.chmod('/', 0o777);
    this.#volumes.set(name, fresh);
    return fresh;
  }
}

function toDuplex(connection: {
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
  release(): void;
}): Duplex {
  const duplex = new Duplex({
    read() {
      connection.read().then(
        (bytes) => void this.push(bytes ?? null),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    write(chunk: Uint8Array, _encoding, callback) {
      connection.write(chunk).then(() => callback(), callback);
    },
    final(callback) {
      connection.close();
      callback();
    },
    destroy(error, callback) {
      connection.release();
      callback(error);
    },
  });
  return duplex;
}
