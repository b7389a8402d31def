/**
 * Hosts beyond the cluster: the lab's own, the machine from which people look in, and the resolver of the nodes' network.
 * None of it is the real internet: a name that nobody defined does not exist.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { OutsideHost } from '../../provider.ts';
import { serveDns } from './dns-server.ts';
import type { DnsZone } from './dns-zone.ts';
import { type Reply, serveHttp } from './http-server.ts';
import { httpDate, utf8 } from './http-wire.ts';
import type { NetStack, TcpListener, UdpSocket } from './sockets.ts';
import type { Stack } from './stack.ts';
import type { World } from './world.ts';

export interface Outside {
  /** Replaces what was there, the machine itself excepted. */
  setHosts(hosts: readonly OutsideHost[]): void;
  /** The machine that `@outside` commands run on. */
  readonly machine: NetStack;
  /** Of the resolver that nodes use. */
  readonly resolverIp: string;
}

export interface OutsideOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  readonly machineIp: string;
  readonly gatewayIp: string;
  readonly createStack: (host: { name: string; ips: readonly string[]; allowsFrom?: ReadonlySet<string> }) => Stack;
}

type Listen = OutsideHost['listens'][number];

const greeting = 'hello from outside\n';
const machinePorts: readonly Listen[] = [80, 443, 8080].map((port) => ({
  port,
  protocol: 'TCP',
  http: { body: greeting },
}));

export function createOutside(options: OutsideOptions): Outside {
  const { world } = options;
  const names = new Map<string, readonly string[]>();
  const machine = options.createStack({ name: 'outside', ips: [options.machineIp] });
  world.add(machine);
  openPorts(machine, machinePorts, options.clock);
  startResolver(options, names);
  let stacks: Stack[] = [];
  return {
    machine,
    resolverIp: options.gatewayIp,
    setHosts(hosts) {
      for (const stack of stacks) {
        world.remove(stack);
        stack.destroy();
      }
      names.clear();
      const addresses = assignAddresses(hosts);
      stacks = hosts.map((host, i) => {
        const ips = addresses[i] ?? [];
        names.set(host.name.toLowerCase(), ips);
        const allowsFrom = host.allowsFrom && { allowsFrom: new Set(host.allowsFrom) };
        const stack = options.createStack({ name: host.name, ips, ...allowsFrom });
        openPorts(stack, host.listens, options.clock);
        world.add(stack);
        return stack;
      });
    },
  };
}

/** Left out: out of TEST-NET-3 (RFC 5737), no private range, so that `except` in a policy means what it says. */
function assignAddresses(hosts: readonly OutsideHost[]): readonly (readonly string[])[] {
  const taken = new Set(hosts.flatMap((host) => host.addresses ?? []));
  let last = 9;
  const free = (): string => {
    do last++;
    while (taken.has(`203.0.113.${last}`));
    return `203.0.113.${last}`;
  };
  return hosts.map((host) => (host.addresses && host.addresses.length > 0 ? host.addresses : [free()]));
}

function startResolver(options: OutsideOptions, names: ReadonlyMap<string, readonly string[]>): void {
  const stack = options.createStack({ name: 'resolver', ips: [options.gatewayIp] });
  options.world.add(stack);
  const zone: DnsZone = {
    lookup(name, type) {
      const addresses = names.get(name);
      if (!addresses) return { kind: 'no-name' };
      if (type !== 'A' && type !== 'ANY') return { kind: 'no-data' };
      return { kind: 'records', records: addresses.map((data) => ({ name, type: 'A', ttl: 60, data })) };
    },
  };
  const { clock, random } = options;
  const signal = new AbortController().signal;
  serveDns({ stack, zone, upstream: () => [], clock, random, signal, program: 'resolver' });
}

function openPorts(stack: Stack, ports: readonly Listen[], clock: Clock): void {
  const signal = new AbortController().signal;
  for (const { port, protocol, http } of ports) {
    if (protocol === 'UDP') void echo(stack.udp(port, { signal }), signal).catch(() => undefined);
    else if (http) {
      const certificate = { subject: stack.name, issuer: 'Lab CA', names: [stack.name] };
      const handle = (): Reply => page(http.status ?? 200, http.body, clock.now());
      void serveHttp(stack.listen(port, { signal }), { certificate, handle });
    } else void hold(stack.listen(port, { signal }));
  }
}

function page(status: number, body: string, nowMs: number): Reply {
  const bytes = utf8(body);
  return {
    status,
    reason: status === 200 ? 'OK' : status === 404 ? 'Not Found' : 'Status',
    headers: [
      ['Server', 'lab'],
      ['Date', httpDate(nowMs)],
      ['Content-Type', 'text/plain'],
      ['Content-Length', String(bytes.length)],
      ['Connection', 'keep-alive'],
    ],
    body: bytes,
  };
}

/** A server whose protocol we do not speak: it reads until the client goes. */
async function hold(listener: TcpListener): Promise<void> {
  for (let connection = await listener.accept(); connection; connection = await listener.accept()) {
    const accepted = connection;
    const read = async (): Promise<void> => {
      while ((await accepted.read()) !== undefined);
    };
    void read()
      .catch(() => undefined)
      .finally(() => accepted.release());
  }
}

async function echo(socket: UdpSocket, signal: AbortSignal): Promise<void> {
  for (;;) {
    const datagram = await socket.receive(signal);
    if (datagram.kind === 'data') socket.send(datagram.from, datagram.bytes);
  }
}
