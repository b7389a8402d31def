/**
 * Whom does a pod with these policies allow, for one port? Whole rows by set operations, and single bits of a row for
 * incremental updates; both walk tiers, policies and rules as the plain evaluator does.
 */
import type { Direction } from '../model.ts';
import { type TrafficMatch, trafficProtocol } from '../normal.ts';
import { andInto, andNotInto, type Bits, copyBits, fullBits, hasBit, noBits, orInto, writeWord } from './bits.ts';
import type { CompiledPolicy, CompiledRule } from './compiled-policy.ts';
import type { PeerSet } from './peer-sets.ts';
import type { PolicyIndex } from './policy-index.ts';
import type { PortQuestion } from './port-atoms.ts';

export interface RowContext {
  readonly direction: Direction;
  readonly words: number;
  readonly question: PortQuestion;
  readonly policies: PolicyIndex;
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
    for (const rule of policy[context.direction] ?? []) {
      if (rule.own && !context.policies.ownOf(rule)?.some(({ bits }) => hasBit(bits, member))) continue;
      const destinations = rule.traffic ? activeTraffic(rule, rule.traffic, member, context) : undefined;
      if (destinations === 'never') continue;
      tier.rules.push({ action: rule.action, peers: context.policies.peersOf(rule), destinations });
    }
  }
  return tiers;
}

/** The usual case: one tier, Allow rules only, nothing asked of the policed pod. The row is the union of its rules' peers. */
export function computeUnion(policies: readonly CompiledPolicy[], context: RowContext): Bits {
  const allowed = noBits();
  for (const policy of policies) {
    for (const rule of policy[context.direction] ?? []) {
      if (rule.traffic && !matchesQuestion(rule.traffic, context.question)) continue;
      const peers = context.policies.peersOf(rule);
      if (!peers) return fullBits(context.words);
      for (const { bits } of peers) orInto(allowed, bits);
    }
  }
  return allowed;
}

/** Brings whole words of such a row up to date: neighbours in a word cost no more than one of them. */
export function updateUnion(
  row: Bits,
  words: Iterable<number>,
  policies: readonly CompiledPolicy[],
  context: RowContext,
): void {
  for (const word of words) writeWord(row, word, unionWord(word, policies, context));
}

function unionWord(
  word: number,
  policies: readonly CompiledPolicy[],
  { direction, question, ...rest }: RowContext,
): number {
  let value = 0;
  for (const policy of policies) {
    for (const rule of policy[direction] ?? []) {
      if (rule.traffic && !matchesQuestion(rule.traffic, question)) continue;
      const peers = rest.policies.peersOf(rule);
      if (!peers) return 0xffffffff;
      for (const { bits } of peers) value |= bits.words[word - bits.start] ?? 0;
    }
  }
  return value;
}

/** Whether a list of policies is that case. */
export function isUnion(policies: readonly CompiledPolicy[]): boolean {
  const [first] = policies;
  if (!first) return false;
  for (const policy of policies) if (!policy.simple || policy.tier !== first.tier) return false;
  return true;
}

/** Without named ports. */
function matchesQuestion(traffic: readonly TrafficMatch[], question: PortQuestion): boolean {
  for (const match of traffic) {
    if (!fitsProtocol(match, question) || inRanges(match.notPorts, question.port)) continue;
    if (!match.ports || inRanges(match.ports, question.port)) return true;
  }
  return false;
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
  rule: CompiledRule,
  traffic: readonly TrafficMatch[],
  member: number,
  context: RowContext,
): readonly TrafficTest[] | undefined | 'never' {
  const tests: TrafficTest[] = [];
  for (const match of traffic) {
    const test = testTraffic(rule, match, context);
    if (test === 'never') continue;
    // On the way in the destination is the policed pod: the question is answered here.
    if (context.direction === 'Ingress' || test === 'always') {
      if (test === 'always' || allowsDestination(test, member)) return undefined;
    } else tests.push(test);
  }
  return tests.length > 0 ? tests : 'never';
}

function testTraffic(rule: CompiledRule, match: TrafficMatch, context: RowContext): TrafficTest | 'always' | 'never' {
  const { question, policies } = context;
  const { ports, notPorts } = match;
  if (!fitsProtocol(match, question) || inRanges(notPorts, question.port)) return 'never';
  const outside =
    notPorts && notPorts.names.length > 0 ? policies.namedPort(rule, match, 'notPorts', question) : undefined;
  if (!ports || inRanges(ports, question.port)) return outside ? { inside: undefined, outside } : 'always';
  if (ports.names.length === 0) return 'never';
  return { inside: policies.namedPort(rule, match, 'ports', question), outside };
}

function fitsProtocol(match: TrafficMatch, { protocol, family }: PortQuestion): boolean {
  if (match.possible === false || (match.family !== undefined && match.family !== family)) return false;
  const ruleProtocol = trafficProtocol(protocol, family);
  return (match.protocol === undefined || match.protocol === ruleProtocol) && match.notProtocol !== ruleProtocol;
}

function inRanges(set: TrafficMatch['ports'], port: number): boolean {
  if (!set) return false;
  for (const { from, to } of set.ranges) if (port >= from && port <= to) return true;
  return false;
}
