/**
 * The plain evaluator that explains: keeps a snapshot current and judges one flow at a time, naming the rule that decided.
 * Cheap to update and to ask: each pod's ordered list of policies is remembered until something changes that it depends on.
 */

import { matchesRule, type Packet, type Side } from './match.ts';
import type {
  Direction,
  DirectionVerdict,
  Flow,
  PolicyEngine,
  PolicyNamespace,
  PolicyObject,
  PolicyPod,
  PolicySnapshot,
  Verdict,
} from './model.ts';
import { parseIp } from './net.ts';
import { type Endpoint, trafficProtocol } from './normal.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { stackTiers, type TierStack } from './tier-stack.ts';

const notAPod: DirectionVerdict = { allowed: true, decision: { by: 'not-a-pod' } };
const defaultAllow: DirectionVerdict = { allowed: true, decision: { by: 'default-allow' } };
const loopback: DirectionVerdict = { allowed: true, decision: { by: 'loopback' } };

/** A pod's lists, good while `generation` is the store's. */
interface PodMemo {
  generation: number;
  side: Side;
  stacks: Partial<Record<Direction, TierStack>>;
}

export interface ExplainingEngine extends PolicyEngine {
  /** The policies that apply to a pod, in the order in which they are asked. */
  stackOf(pod: PolicyPod, direction: Direction): TierStack;
  /** What rules would be asked about, for those who want to ask them one by one. */
  packetOf(flow: Flow): Packet;
  readonly store: SnapshotStore;
}

export interface EngineOptions {
  /** False as in Cilium, where an ipBlock never holds a pod's address. Default: the snapshot's plugin's, else true. */
  readonly ipBlocksHoldPods?: boolean;
}

export function createPolicyEngine(snapshot?: PolicySnapshot, options: EngineOptions = {}): ExplainingEngine {
  const engine = new PlainEngine({ ipBlocksHoldPods: snapshot?.plugin?.ipBlocksHoldPods ?? true, ...options });
  for (const namespace of snapshot?.namespaces ?? []) engine.setNamespace(namespace);
  for (const pod of snapshot?.pods ?? []) engine.setPod(pod);
  for (const policy of snapshot?.policies ?? []) engine.setPolicy(policy);
  return engine;
}

class PlainEngine implements ExplainingEngine {
  readonly store = new SnapshotStore();
  readonly #memos = new WeakMap<PolicyPod, PodMemo>();
  readonly #ipBlocksHoldPods: boolean;

  constructor({ ipBlocksHoldPods = true }: EngineOptions) {
    this.#ipBlocksHoldPods = ipBlocksHoldPods;
  }

  setNamespace(namespace: PolicyNamespace): void {
    this.store.setNamespace(namespace);
  }

  removeNamespace(name: string): void {
    this.store.removeNamespace(name);
  }

  setPod(pod: PolicyPod): void {
    this.store.setPod(pod);
    this.#memos.delete(pod);
  }

  removePod(namespace: string, name: string): void {
    this.store.removePod(namespace, name);
  }

  setPolicy(policy: PolicyObject): void {
    this.store.setPolicy(policy);
  }

  removePolicy(policy: PolicyObject): void {
    this.store.removePolicy(policy);
  }

  judge(flow: Flow): Verdict {
    if (flow.sourceIp === flow.destinationIp && !flow.hairpin) {
      const own = this.store.podAt(flow.sourceIp) ? loopback : notAPod;
      return { allowed: true, egress: own, ingress: own };
    }
    const packet = this.packetOf(flow);
    const egress = this.#judgeDirection(packet, packet.source.pod, 'Egress');
    const ingress = this.#judgeDirection(packet, packet.destination.pod, 'Ingress');
    return { allowed: egress.allowed && ingress.allowed, egress, ingress };
  }

  packetOf({ sourceIp, destinationIp, protocol, port }: Flow): Packet {
    const source = this.#side(sourceIp);
    const family = sourceIp.includes(':') ? 6 : 4;
    const destination = this.#side(destinationIp);
    return { source, destination, protocol, ruleProtocol: trafficProtocol(protocol, family), family, port };
  }

  stackOf(pod: PolicyPod, direction: Direction): TierStack {
    const memo = this.#memo(pod);
    const known = memo.stacks[direction];
    if (known) return known;
    const endpoint = this.store.endpointOf(pod);
    const made = stackTiers(endpoint, direction, this.store.policiesFor(pod.namespace), this.store.tiers);
    memo.stacks[direction] = made;
    return made;
  }

  #judgeDirection(packet: Packet, pod: PolicyPod | undefined, direction: Direction): DirectionVerdict {
    if (!pod) return notAPod;
    const stack = this.stackOf(pod, direction);
    return stack.length === 0 ? defaultAllow : walkTiers(stack, packet, direction, pod.namespace);
  }

  #side(ip: string): Side {
    const pod = this.store.podAt(ip);
    if (!pod) return this.#makeSide(ip, undefined);
    const memo = this.#memo(pod);
    // A dual-stack pod has a side for each of its addresses; only the first is remembered.
    return ip === pod.ips[0] ? memo.side : this.#makeSide(ip, pod);
  }

  #makeSide(text: string, pod: PolicyPod | undefined): Side {
    const ip = parseIp(text);
    const endpoints: Endpoint[] = pod ? [this.store.endpointOf(pod)] : [];
    for (const { nets, namespace, labels } of this.store.sets.values()) {
      if (!ip || !nets.some((net) => net.contains(ip))) continue;
      const namespaceLabels = this.store.labelsOf(namespace);
      endpoints.push({ kind: 'set', namespace, labels, namespaceLabels, serviceAccount: undefined });
    }
    return { ip: pod && !this.#ipBlocksHoldPods ? undefined : ip, pod, endpoints };
  }

  #memo(pod: PolicyPod): PodMemo {
    const { generation } = this.store;
    const known = this.#memos.get(pod);
    if (known && known.generation === generation) return known;
    const made: PodMemo = { generation, side: this.#makeSide(pod.ips[0] ?? '', pod), stacks: {} };
    this.#memos.set(pod, made);
    return made;
  }
}

/** Tier by tier, policy by policy, rule by rule, until one decides; what passes every tier falls to the namespace's profile. */
export function walkTiers(stack: TierStack, packet: Packet, direction: Direction, namespace: string): DirectionVerdict {
  for (const { tier, policies, endOfTier } of stack) {
    const rule = firstDecidingRule(policies, packet, direction);
    if (rule?.action === 'Allow' || rule?.action === 'Deny') {
      return { allowed: rule.action === 'Allow', decision: rule.decision };
    }
    if (!rule && tier.defaultAction === 'Deny') return { allowed: false, decision: endOfTier };
  }
  return { allowed: true, decision: { by: 'profile', profile: `kns.${namespace}`, action: 'Allow' } };
}

function firstDecidingRule(policies: TierStack[number]['policies'], packet: Packet, direction: Direction) {
  for (const policy of policies) {
    for (const rule of policy.rules[direction] ?? []) {
      if (rule.action !== 'Log' && matchesRule(rule, packet)) return rule;
    }
  }
  return undefined;
}
