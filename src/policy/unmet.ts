/**
 * How far is a rule from matching a packet? Lists, for the nearest of its (peer, port) pairs, what is not met: the material of
 * walkthroughs, nearest misses and findings. Looks at Kubernetes rules requirement by requirement, at Calico's as a whole.
 */
import type { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort } from '../kube/objects.ts';
import { formatSelector, labelOf, matchesRequirement } from '../kube/selectors.ts';
import { matchesEntities, matchesTraffic, type Packet, type Side } from './match.ts';
import type { Direction } from './model.ts';
import { parseNet } from './net.ts';
import type { NormalPolicy, NormalRule } from './normal.ts';
import { listOf, recordOf } from './untyped.ts';

/** Every namespace carries it, with its own name; nobody can give a namespace another one. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name';

export type Unmet =
  | { readonly part: 'protocol'; readonly wants: string }
  /** `wants`: `443/TCP`, `8080-8090/TCP`. */
  | { readonly part: 'port'; readonly wants: string }
  /** The destination pod declares no such (name, protocol), or declares it with another number. */
  | { readonly part: 'named-port'; readonly wants: string; readonly declaredAs: number | undefined }
  | {
      readonly part: 'pod-label';
      readonly wants: string;
      readonly key: string;
      readonly has: string | undefined;
      readonly met: number;
    }
  | { readonly part: 'namespace-label'; readonly wants: string; readonly key: string; readonly has: string | undefined }
  /** A podSelector alone means the policy's own namespace. */
  | { readonly part: 'namespace'; readonly wants: string }
  /** Selectors select pods; this address is none. */
  | { readonly part: 'not-a-pod' }
  | { readonly part: 'address'; readonly wants: string }
  | { readonly part: 'except'; readonly wants: string; readonly except: string }
  /** Calico: this side of the rule as a whole. */
  | { readonly part: 'source' | 'destination' | 'traffic' };

/** Empty when the rule matches. */
export function unmetOf(
  policy: NormalPolicy,
  rule: NormalRule,
  direction: Direction,
  packet: Packet,
): readonly Unmet[] {
  if (policy.ref.kind !== 'NetworkPolicy') return unmetWhole(rule, packet);
  const spec = recordOf((policy.object as { spec?: unknown }).spec);
  const written = recordOf(listOf(spec[direction.toLowerCase()])[rule.index]);
  const peers = listOf(written[direction === 'Ingress' ? 'from' : 'to']) as readonly NetworkPolicyPeer[];
  const ports = listOf(written['ports']) as readonly NetworkPolicyPort[];
  const other = direction === 'Ingress' ? packet.source : packet.destination;
  const peerGaps = fewest(peers.map((peer) => unmetPeer(peer, policy.ref.namespace ?? '', other)));
  const portGaps = fewest(ports.map((port) => unmetPort(port, packet)));
  return [...peerGaps, ...portGaps];
}

function unmetWhole(rule: NormalRule, packet: Packet): readonly Unmet[] {
  return [
    ...(matchesEntities(rule.source, packet.source) ? [] : [{ part: 'source' } as const]),
    ...(matchesEntities(rule.destination, packet.destination) ? [] : [{ part: 'destination' } as const]),
    ...(matchesTraffic(rule.traffic, packet) ? [] : [{ part: 'traffic' } as const]),
  ];
}

/** No alternatives at all means anything goes. Ties go to the one that is written first. */
function fewest(alternatives: readonly (readonly Unmet[])[]): readonly Unmet[] {
  return (
    alternatives.reduce<readonly Unmet[] | undefined>(
      (best, gaps) => (best && weigh(best) <= weigh(gaps) ? best : gaps),
      undefined,
    ) ?? []
  );
}

/** A selector of which something is met is nearer than one of which nothing is; another kind of peer is farthest. */
function weigh(gaps: readonly Unmet[]): number {
  return gaps.reduce((sum, gap) => {
    if (gap.part === 'not-a-pod' || gap.part === 'address') return sum + 3;
    return sum + (gap.part === 'pod-label' && gap.met > 0 ? 0.5 : gap.part === 'pod-label' ? 1.5 : 1);
  }, 0);
}

function unmetPeer(peer: NetworkPolicyPeer, ownNamespace: string, { ip, endpoints }: Side): readonly Unmet[] {
  if (peer.ipBlock) {
    const { cidr, except = [] } = peer.ipBlock;
    if (!ip || !parseNet(cidr)?.contains(ip)) return [{ part: 'address', wants: cidr }];
    const hole = except.find((block) => parseNet(block)?.contains(ip));
    return hole === undefined ? [] : [{ part: 'except', wants: cidr, except: hole }];
  }
  const pod = endpoints.find(({ kind }) => kind === 'pod');
  if (!pod) return [{ part: 'not-a-pod' }];
  const labels = unmetLabels(peer.podSelector ?? {}, pod.labels);
  const podGaps = labels.gaps.map((gap): Unmet => ({ part: 'pod-label', ...gap, met: labels.met }));
  if (!peer.namespaceSelector) {
    const home: readonly Unmet[] = pod.namespace === ownNamespace ? [] : [{ part: 'namespace', wants: ownNamespace }];
    return [...home, ...podGaps];
  }
  const namespace = unmetLabels(peer.namespaceSelector, pod.namespaceLabels);
  return [...namespace.gaps.map((gap): Unmet => ({ part: 'namespace-label', ...gap })), ...podGaps];
}

interface LabelGap {
  /** As kubectl prints requirements: `app=web`, `tier in (a,b)`, `!legacy`. */
  readonly wants: string;
  readonly key: string;
  readonly has: string | undefined;
}

/** Which requirements of a selector do these labels not meet, and how many do they meet? */
export function unmetLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): { readonly gaps: readonly LabelGap[]; readonly met: number } {
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    wants: `${key}=${value}`,
    key,
    matches: labelOf(labels, key) === value,
  }));
  const requirements = (selector.matchExpressions ?? []).map((requirement) => ({
    wants: formatSelector({ matchExpressions: [requirement] }),
    key: requirement.key,
    matches: matchesRequirement(requirement, labels),
  }));
  const all = [...pairs, ...requirements];
  const gaps = all
    .filter(({ matches }) => !matches)
    .map(({ wants, key }) => ({ wants, key, has: labelOf(labels, key) }));
  return { gaps, met: all.length - gaps.length };
}

function unmetPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, packet: Packet): readonly Unmet[] {
  const rightProtocol = protocol === packet.ruleProtocol;
  const otherProtocol: Unmet = { part: 'protocol', wants: protocol };
  if (port === undefined || port === null) return rightProtocol ? [] : [otherProtocol];
  if (typeof port === 'string') {
    const declared = packet.destination.pod?.ports.filter((candidate) => candidate.name === port) ?? [];
    const fits = declared.some((candidate) => candidate.protocol === protocol && candidate.port === packet.port);
    const namedGap: Unmet = {
      part: 'named-port',
      wants: `${port}/${protocol}`,
      declaredAs: declared.find((candidate) => candidate.protocol === protocol)?.port,
    };
    return [...(rightProtocol ? [] : [otherProtocol]), ...(fits ? [] : [namedGap])];
  }
  const to = endPort ?? port;
  const inRange = packet.port >= Number(port) && packet.port <= Number(to);
  const wants = `${port}${endPort && endPort !== port ? `-${endPort}` : ''}/${protocol}`;
  return [...(rightProtocol ? [] : [otherProtocol]), ...(inRange ? [] : [{ part: 'port', wants } as const])];
}

/** One gap in words, for the end of "… does not match: ". */
export function describeUnmet(gap: Unmet): string {
  switch (gap.part) {
    case 'protocol':
      return `it is for ${gap.wants}`;
    case 'port':
      return `it is for ${gap.wants}`;
    case 'named-port':
      return gap.declaredAs === undefined
        ? `the destination pod declares no port named ${gap.wants}`
        : `the port named ${gap.wants} is ${gap.declaredAs} on the destination pod`;
    case 'pod-label':
      return `the pod lacks ${gap.wants} (${printHas(gap)})`;
    case 'namespace-label':
      if (gap.key === namespaceNameLabel) return `it asks for ${gap.wants}, and the pod is in namespace ${gap.has}`;
      return `the pod's namespace lacks ${gap.wants} (${printHas(gap)})`;
    case 'namespace':
      return `a podSelector alone means pods of namespace ${gap.wants}`;
    case 'not-a-pod':
      return 'selectors select pods only, and this address is none';
    case 'address':
      return `the address is not in ${gap.wants}`;
    case 'except':
      return `the address is in ${gap.wants} but excepted by ${gap.except}`;
    case 'source':
      return 'its source does not match';
    case 'destination':
      return 'its destination does not match';
    case 'traffic':
      return 'its protocol and ports do not match';
  }
}

function printHas({ key, has }: { readonly key: string; readonly has: string | undefined }): string {
  return has === undefined ? `it has no label ${key}` : `it has ${key}=${has}`;
}
