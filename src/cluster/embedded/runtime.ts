/**
 * The seam between the kubelet and what containers do. The kubelet decides when a sandbox or container starts and stops;
 * the runtime (images/ and net/) knows addresses, programs and packets. The API server's streams end here too.
 */
import type { Duplex } from 'node:stream';
import type { Container, Pod } from '../../kube/objects.ts';
import type { Signal, Sink, Source } from '../../shell/process.ts';

export interface SandboxOptions {
  readonly pod: Pod;
  readonly nodeName: string;
  /** What /etc/resolv.conf, /etc/hosts and HOSTNAME follow from is read from the pod. */
}

/** A pod's network namespace and its containers. hostNetwork pods share their node's. */
export interface Sandbox {
  /** In order of the pod's families; hostNetwork: the node's address. */
  readonly ips: readonly string[];
  startContainer(options: StartOptions): RunningContainer;
  /**
   * A TCP connection to 127.0.0.1:`port` inside this network namespace (port-forward). Rejects with an Error worded as the
   * kernel's: `connect: connection refused`.
   */
  connectLocal(port: number): Promise<Duplex>;
  /** Releases the address; connections are cut. */
  remove(): void;
}

export interface StartOptions {
  readonly container: Container;
  /** Environment with valueFrom, envFrom and Service variables already resolved, in order. */
  readonly env: ReadonlyMap<string, string>;
  /** Files mounted from ConfigMaps, Secrets, the service account and so on: absolute path → bytes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of those that are not 0644: what `defaultMode` or an item's `mode` says. */
  readonly fileModes?: ReadonlyMap<string, number>;
  /** Mount points backed by a shared directory (emptyDir): absolute path → name of the volume. */
  readonly sharedDirectories: ReadonlyMap<string, string>;
  /** Every write of the container's PID 1, as it happens. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** Set for `stdin: true` containers (kubectl run -i, debug): attach feeds it. */
  readonly stdin?: Source;
  readonly tty?: TerminalControl;
}

/** A terminal whose size the client can change. */
export interface TerminalControl {
  readonly columns: number;
  readonly rows: number;
  onResize(listener: () => void): () => void;
}

/** The entry point cannot be started: wrong command, missing working directory. `message` as containerd words it. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** 127 not found, 126 not executable, 128 others. */
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface RunningContainer {
  /** Exit status of PID 1; 137 after SIGKILL. */
  readonly exited: Promise<number>;
  /** From outside, as the kubelet's stop: PID 1 without a handler ignores SIGTERM and dies of SIGKILL only. */
  kill(signal: Signal): void;
  /** What is in a file of the container; undefined where there is none. Works after its end, too. */
  readFile(path: string): Uint8Array | undefined;
  /** Runs a program beside PID 1. Throws StartError when there is no such program. */
  exec(options: ExecOptions): ExecProcess;
}

export interface ExecOptions {
  readonly argv: readonly string[];
  readonly stdin?: Source;
  readonly stdout: Sink;
  /** Absent with a terminal: both streams arrive on stdout. */
  readonly stderr?: Sink;
  readonly tty?: TerminalControl;
  /** A client waits for it: a virtual clock may jump. False for probes. */
  readonly urgent: boolean;
}

export interface ExecProcess {
  readonly exited: Promise<number>;
  /** The client went away or a probe timed out. */
  kill(signal: Signal): void;
}

/** What the kubelet's httpGet and tcpSocket probes see; they start at the node. */
export type ProbeOutcome =
  | { readonly outcome: 'answered'; readonly status?: number; readonly body?: string }
  | { readonly outcome: 'refused' | 'timeout' | 'unreachable' };

export interface ImageFacts {
  readonly id: string;
  readonly sizeBytes: number;
  /** Whom its processes run as when the pod does not say. */
  readonly user: { readonly uid: number; readonly name: string };
}

export interface ContainerRuntime {
  /** Undefined where the catalogue has no such image: ErrImagePull. */
  image(reference: string): ImageFacts | undefined;
  createSandbox(options: SandboxOptions): Sandbox;
  httpProbe(
    nodeName: string,
    url: { ip: string; port: number; path: string; scheme: 'HTTP' | 'HTTPS'; headers: ReadonlyMap<string, string> },
    timeoutMs: number,
  ): Promise<ProbeOutcome>;
  tcpProbe(nodeName: string, ip: string, port: number, timeoutMs: number): Promise<ProbeOutcome>;
}

/** What the API server needs of the kubelet: the streams of a pod. Implemented by kubelet/, called by api/. */
export interface PodStreams {
  /** Throws StatusError for an unknown container and the like; otherwise chunks until the end (follow: until it stops). */
  logs(namespace: string, pod: string, query: LogQuery, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Throws StatusError (400 not scheduled, 500 `container not found`), StartError (no such program). */
  exec(
    namespace: string,
    pod: string,
    query: { container?: string; argv: readonly string[] },
    io: Omit<ExecOptions, 'argv' | 'urgent'>,
  ): ExecProcess;
  attach(
    namespace: string,
    pod: string,
    query: { container?: string },
    io: Omit<ExecOptions, 'argv' | 'urgent'>,
  ): ExecProcess;
  /** A connection to a port of the pod's network namespace by 127.0.0.1; rejects with the text that the error stream shows. */
  portForward(namespace: string, pod: string, port: number): Promise<Duplex>;
}

export interface LogQuery {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly limitBytes?: number;
}
