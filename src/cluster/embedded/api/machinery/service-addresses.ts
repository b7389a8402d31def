/**
 * Which address and ports does a Service get? ClusterIPs out of 10.96.0.0/16 and node ports out of 30000–32767, chosen at
 * random above the band that is reserved for hand-picked ones, as pkg/registry/core/service/ipallocator does.
 */

import { cidrContains, ipv4ToNumber, numberToIpv4, parseAddress, parseCidr } from '../../../../kube/cidr.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import { child, type Draft, ensure, items } from '../defaults/draft.ts';
import { invalidValue } from '../validation/field-error.ts';
import type { Core } from './core.ts';
import { invalid } from './status.ts';

const serviceCidr = '10.96.0.0/16';
/** Dynamic addresses start above the first 256, dynamic ports above the first 86. */
const firstDynamic = ipv4ToNumber('10.96.1.0');
const dynamicSize = 256 * 255 - 1;
const firstPort = 30_000;
const lastPort = 32_767;
const reservedPorts = 86;

export function allocateService(core: Core, object: KubeObject): void {
  const spec = ensure(object, 'spec');
  object['status'] = { loadBalancer: {} };
  if (spec['type'] === 'ExternalName') return;
  allocateAddress(core, object, spec);
  setFamilies(spec);
  allocatePorts(core, object, spec, undefined);
}

/** On update: what is not said stays, a change of type allocates or releases. */
export function reallocateService(core: Core, object: KubeObject, current: KubeObject): void {
  const spec = ensure(object, 'spec');
  const old = child(current, 'spec') ?? {};
  if (spec['type'] === 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy']) {
      if (old['type'] !== 'ExternalName' && JSON.stringify(spec[field]) === JSON.stringify(old[field]))
        delete spec[field];
    }
    return;
  }
  inheritAddress(spec, old);
  if (!spec['clusterIP']) allocateAddress(core, object, spec);
  setFamilies(spec);
  dropDependent(spec, old);
  allocatePorts(core, object, spec, old);
}

function inheritAddress(spec: Draft, old: Draft): void {
  if (old['type'] === 'ExternalName') return;
  if (!spec['clusterIP'] && !spec['clusterIPs']) {
    spec['clusterIP'] = old['clusterIP'];
    spec['clusterIPs'] = old['clusterIPs'];
  } else if (spec['clusterIP'] && JSON.stringify(spec['clusterIPs']) === JSON.stringify(old['clusterIPs'])) {
    spec['clusterIPs'] = [spec['clusterIP']];
  }
  spec['ipFamilies'] ??= old['ipFamilies'];
  spec['ipFamilyPolicy'] ??= old['ipFamilyPolicy'];
}

function setFamilies(spec: Draft): void {
  const ip = String(spec['clusterIP']);
  spec['clusterIPs'] ??= [ip];
  spec['ipFamilyPolicy'] ??= 'SingleStack';
  const family = parseAddress(ip)?.family === 6 ? 'IPv6' : 'IPv4';
  spec['ipFamilies'] ??= [family];
}

function allocateAddress(core: Core, object: KubeObject, spec: Draft): void {
  const ips = spec['clusterIPs'];
  const asked = String(spec['clusterIP'] ?? (Array.isArray(ips) ? ips[0] : undefined) ?? '');
  if (asked === 'None') {
    spec['clusterIP'] = 'None';
    return;
  }
  const used = new Set(otherServices(core, object).map((other) => child(other, 'spec')?.['clusterIP']));
  if (asked !== '') {
    refuseUnless(object, asked, used);
    spec['clusterIP'] = asked;
    return;
  }
  let candidate = firstDynamic + core.random.integer(dynamicSize);
  while (used.has(numberToIpv4(candidate))) candidate = firstDynamic + ((candidate - firstDynamic + 1) % dynamicSize);
  spec['clusterIP'] = numberToIpv4(candidate);
}

function refuseUnless(object: KubeObject, asked: string, used: ReadonlySet<unknown>): void {
  const address = parseAddress(asked);
  const range = parseCidr(serviceCidr);
  if (!address || !range) return;
  const { name = '' } = object.metadata;
  const refuse = (why: string) =>
    invalid('', 'Service', name, [invalidValue('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: ${why}`)]);
  if (!cidrContains(range, address)) {
    throw refuse(`the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${serviceCidr}`);
  }
  if (used.has(asked)) throw refuse('provided IP is already allocated');
}

/** Fields that only the old type needed go, unless the client changed them too (dropTypeDependentFields). */
function dropDependent(spec: Draft, old: Draft): void {
  const wasReachable = old['type'] === 'NodePort' || old['type'] === 'LoadBalancer';
  const drop = (fields: readonly string[]): void => {
    for (const field of fields) if (JSON.stringify(spec[field]) === JSON.stringify(old[field])) delete spec[field];
  };
  if (wasReachable && spec['type'] === 'ClusterIP') {
    const known = new Set(items(old, 'ports').map((port) => port['nodePort']));
    for (const port of items(spec, 'ports')) if (known.has(port['nodePort'])) delete port['nodePort'];
    if (!hasExternalIps(spec)) drop(['externalTrafficPolicy']);
    drop(['healthCheckNodePort']);
  }
  if (old['type'] === 'LoadBalancer' && spec['type'] !== 'LoadBalancer') {
    drop(['allocateLoadBalancerNodePorts', 'loadBalancerClass', 'loadBalancerSourceRanges']);
  }
}

function hasExternalIps(spec: Draft): boolean {
  const ips = spec['externalIPs'];
  return Array.isArray(ips) && ips.length > 0;
}

function allocatePorts(core: Core, object: KubeObject, spec: Draft, old: Draft | undefined): void {
  const wants =
    spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
  if (!wants) return;
  const used = usedPorts(core, object);
  /** TCP and UDP of one port share the node port. */
  const shared = new Map<unknown, number>();
  for (const [index, port] of items(spec, 'ports').entries()) {
    const previous = items(old, 'ports').find(
      (other) => other['port'] === port['port'] && other['protocol'] === port['protocol'],
    );
    const asked = Number(port['nodePort'] || previous?.['nodePort'] || 0);
    if (asked > 0) refusePort(object, index, asked, used);
    const chosen = asked || (shared.get(port['port']) ?? freePort(core, new Set([...used, ...shared.values()])));
    port['nodePort'] = chosen;
    shared.set(port['port'], chosen);
  }
}

function refusePort(object: KubeObject, index: number, asked: number, used: ReadonlySet<number>): void {
  const field = `spec.ports[${index}].nodePort`;
  const { name = '' } = object.metadata;
  if (asked < firstPort || asked > lastPort) {
    const detail = `provided port is not in the valid range. The range of valid ports is ${firstPort}-${lastPort}`;
    throw invalid('', 'Service', name, [invalidValue(field, asked, detail)]);
  }
  if (used.has(asked))
    throw invalid('', 'Service', name, [invalidValue(field, asked, 'provided port is already allocated')]);
}

function freePort(core: Core, used: ReadonlySet<number>): number {
  const first = firstPort + reservedPorts;
  const size = lastPort - first + 1;
  let offset = core.random.integer(size);
  while (used.has(first + offset)) offset = (offset + 1) % size;
  return first + offset;
}

function usedPorts(core: Core, object: KubeObject): Set<number> {
  const ports = otherServices(core, object).flatMap((other) => items(child(other, 'spec'), 'ports'));
  return new Set(ports.map((port) => Number(port['nodePort'] ?? 0)).filter((port) => port > 0));
}

function otherServices(core: Core, object: KubeObject): readonly KubeObject[] {
  return core.store.list('services').filter((other) => other.metadata.uid !== object.metadata.uid);
}
