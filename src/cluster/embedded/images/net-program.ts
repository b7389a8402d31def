/** What a network program of a container has besides its process: the pod's network, the C library it is linked with. */
import type { Random } from '../../../kit/random.ts';
import type { Process, Program, Sink } from '../../../shell/process.ts';
import type { DnsZone } from '../net/dns-zone.ts';
import { type Family, type Libc, type Resolution, resolveName } from '../net/resolver.ts';
import type { ConnectFailure, ConnectResult, NetStack, SocketAddress } from '../net/sockets.ts';

export interface ContainerNet {
  readonly stack: NetStack;
  readonly libc: Libc;
  readonly random: Random;
  /** What the cluster's own name servers know. */
  readonly zone: DnsZone;
}

/** A program, once it is known in which container it runs. */
export type NetProgram = (net: ContainerNet) => Program;

const encoder = new TextEncoder();

export function print(sink: Sink, text: string): Promise<void> {
  return sink.write(encoder.encode(text));
}

/** getaddrinfo for this process. */
export function resolve(
  net: ContainerNet,
  process: Process,
  name: string,
  family: Family = 'any',
): Promise<Resolution> {
  const { clock, signal, fs } = process;
  return resolveName({ stack: net.stack, libc: net.libc, random: net.random, clock, signal, fs }, name, family);
}

/** connect(2) for this process; the connection dies with it. `signal` narrows the wait. */
export function connect(
  net: ContainerNet,
  process: Process,
  to: SocketAddress,
  options: { readonly blocking: boolean; readonly signal?: AbortSignal },
): Promise<ConnectResult> {
  const { clock, signal: lifetime } = process;
  return net.stack.connect(to, { clock, lifetime, signal: options.signal ?? lifetime, blocking: options.blocking });
}

/** strerror, as the C library words it. */
export function connectError(libc: Libc, outcome: ConnectFailure): string {
  const glibc = libc === 'glibc';
  switch (outcome) {
    case 'refused':
      return 'Connection refused';
    case 'timeout':
      return glibc ? 'Connection timed out' : 'Operation timed out';
    case 'host-unreachable':
      return glibc ? 'No route to host' : 'Host is unreachable';
    case 'network-unreachable':
      return glibc ? 'Network is unreachable' : 'Network unreachable';
  }
}

/** gai_strerror. */
export function resolutionError(libc: Libc, outcome: Exclude<Resolution['outcome'], 'found'>): string {
  const glibc = libc === 'glibc';
  switch (outcome) {
    case 'no-name':
      return glibc ? 'Name or service not known' : 'Name does not resolve';
    case 'no-data':
      return glibc ? 'No address associated with hostname' : 'Name has no usable address';
    case 'again':
      return glibc ? 'Temporary failure in name resolution' : 'Try again';
  }
}
