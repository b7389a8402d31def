/**
 * Whom does a pod with these policies allow, for one port? Whole rows by set operations, and single bits of a row for
 * incremental updates; both walk tiers, policies and rules as the plain evaluator does.
 */
import type { Direction } from '../model.ts';
import { type TrafficMatch, trafficProtocol } from '../normal.ts';
import { andInto, andNotInto, type Bits, copyBits, fullBits, hasBit, noBits, orInto } from './bits.ts';
import type { CompiledPolicy, CompiledRule } from './compiled-policy.ts';
import type { PeerSet } from './peer-sets.ts';
import type { PortQuestion } from './port-atoms.ts';

export interface RowContext {
  readonly direction: Direction;
  readonly words: number;
  readonly question: PortQuestion;
  /** The slots that declare one of these names for the question's port. */
  namedPort(match: TrafficMatch, which: 'ports' | 'notPorts'): PeerSet;
}

/** A rule as it stands for one port and one policed pod. */
interface ActiveRule {
  readonly action: CompiledRule['action'];
  readonly peers: readonly PeerSet[] | undefined;
  /** Destinations that the port part allows; undefined: all. */
  readonly destinations: readonly TrafficTest[] | undefined;
}

interface TrafficTest {
  readonly inside: PeerSet | undefined;
  readonly outside: PeerSet | undefined;
}

interface ActiveTier {
  readonly defaultAction: 'Deny' | 'Pass';
  readonly rules: readonly ActiveRule[];
}

/** What is left of a list of policies for one port and one policed pod. */
export type ActiveTiers = readonly ActiveTier[];

/** `member`: any slot that these policies police; slots with equal answers to `own` and named ports may share. */
export function activate(policies: readonly CompiledPolicy[], member: number, context: RowContext): ActiveTiers {
  const tiers: { name: string; defaultAction: 'Deny' | 'Pass'; rules: ActiveRule[] }[] = [];
  for (const policy of policies) {
    const { name, defaultAction } = policy.tier;
    let tier = tiers.at(-1);
    if (tier?.name !== name) {
      tier = { name, defaultAction, rules: [] };
      tiers.push(tier);
    }
    for (const rule of policy.rules[context.direction] ?? []) {
      if (rule.own && !rule.own.some(({ bits }) => hasBit(bits, member))) continue;
      const destinations = rule.traffic ? activeTraffic(rule.traffic, member, context) : undefined;
      if (destinations === 'never') continue;
      tier.rules.push({ action: rule.action, peers: rule.peers, destinations });
    }
  }
  return tiers;
}

/** The row of everybody that is allowed. Slots that are not in use carry any value. */
export function computeRow(tiers: ActiveTiers, words: number): Bits {
  const allowed = noBits();
  let pending: Bits | undefined;
  for (const { rules, defaultAction } of tiers) {
    if (pending === undefined && defaultAction === 'Deny' && rules.every(({ action }) => action === 'Allow')) {
      for (const rule of rules) orRule(allowed, rule, words);
      return allowed;
    }
    const passed = noBits();
    const undecided: Bits = pending ?? fullBits(words);
    for (const rule of rules) {
      const matched = noBits();
      orRule(matched, rule, words);
      andInto(matched, undecided);
      andNotInto(undecided, matched);
      if (rule.action === 'Allow') orInto(allowed, matched);
      else if (rule.action === 'Pass') orInto(passed, matched);
    }
    if (defaultAction === 'Pass') orInto(passed, undecided);
    pending = passed;
  }
  orInto(allowed, pending ?? fullBits(words));
  return allowed;
}

/** One bit of the row. */
export function computeBit(tiers: ActiveTiers, slot: number): boolean {
  for (const { rules, defaultAction } of tiers) {
    const rule = rules.find((candidate) => matchesSlot(candidate, slot));
    if (rule?.action === 'Allow' || rule?.action === 'Deny') return rule.action === 'Allow';
    if (!rule && defaultAction === 'Deny') return false;
  }
  return true;
}

function matchesSlot({ peers, destinations }: ActiveRule, slot: number): boolean {
  if (peers && !peers.some(({ bits }) => hasBit(bits, slot))) return false;
  return !destinations || destinations.some((test) => allowsDestination(test, slot));
}

function allowsDestination({ inside, outside }: TrafficTest, slot: number): boolean {
  return (!inside || hasBit(inside.bits, slot)) && !(outside && hasBit(outside.bits, slot));
}

function orRule(target: Bits, { peers, destinations }: ActiveRule, words: number): void {
  if (!destinations) {
    if (!peers) orInto(target, fullBits(words));
    else for (const { bits } of peers) orInto(target, bits);
    return;
  }
  const reachable = noBits();
  for (const { inside, outside } of destinations) {
    const part = inside ? copyBits(inside.bits) : fullBits(words);
    if (outside) andNotInto(part, outside.bits);
    orInto(reachable, part);
  }
  if (peers) {
    const chosen = noBits();
    for (const { bits } of peers) orInto(chosen, bits);
    andInto(reachable, chosen);
  }
  orInto(target, reachable);
}

/** undefined: every destination; 'never': none, whoever it is. */
function activeTraffic(
  traffic: readonly TrafficMatch[],
  member: number,
  context: RowContext,
): readonly TrafficTest[] | undefined | 'never' {
  const tests: TrafficTest[] = [];
  for (const match of traffic) {
    const test = testTraffic(match, context);
    if (test === 'never') continue;
    // On the way in the destination is the policed pod: the question is answered here.
    if (context.direction === 'Ingress' || test === 'always') {
      if (test === 'always' || allowsDestination(test, member)) return undefined;
    } else tests.push(test);
  }
  return tests.length > 0 ? tests : 'never';
}

function testTraffic(match: TrafficMatch, context: RowContext): TrafficTest | 'always' | 'never' {
  const { protocol, port, family } = context.question;
  const ruleProtocol = trafficProtocol(protocol, family);
  if (match.possible === false || (match.family !== undefined && match.family !== family)) return 'never';
  if (match.protocol !== undefined && match.protocol !== ruleProtocol) return 'never';
  if (match.notProtocol === ruleProtocol) return 'never';
  const { ports, notPorts } = match;
  const inRanges = (set: TrafficMatch['ports']): boolean =>
    set?.ranges.some(({ from, to }) => port >= from && port <= to) ?? false;
  if (inRanges(notPorts)) return 'never';
  const outside = notPorts && notPorts.names.length > 0 ? context.namedPort(match, 'notPorts') : undefined;
  if (!ports || inRanges(ports)) return outside ? { inside: undefined, outside } : 'always';
  if (ports.names.length === 0) return 'never';
  return { inside: context.namedPort(match, 'ports'), outside };
}
