/**
 * Who has which address right now: pods, nodes, hosts outside. The data path looks addresses up here and nowhere else.
 */
import type { NetHost } from './net-host.ts';

export interface World {
  add(host: NetHost): void;
  remove(host: NetHost): void;
  find(ip: string): NetHost | undefined;
  /** The node of that name. */
  node(name: string): NetHost | undefined;
  hosts(): Iterable<NetHost>;
}

export function createWorld(): World {
  const byIp = new Map<string, NetHost>();
  const nodes = new Map<string, NetHost>();
  return {
    add(host) {
      for (const ip of host.ips) byIp.set(ip, host);
      if (host.kind === 'node') nodes.set(host.name, host);
    },
    remove(host) {
      for (const ip of host.ips) if (byIp.get(ip) === host) byIp.delete(ip);
      if (host.kind === 'node' && nodes.get(host.name) === host) nodes.delete(host.name);
    },
    find: (ip) => byIp.get(ip),
    node: (name) => nodes.get(name),
    hosts: () => new Set(byIp.values()),
  };
}
