/**
 * A verdict told step by step: which policies were asked in which order, what each rule said, and what ended the walk.
 * Names every rule that allows, not only the first: taking all of them away flips the verdict.
 */

import type { ExplainingEngine } from './engine.ts';
import { explainDirection, type FlowNames } from './explain.ts';
import { matchesRule, type Packet } from './match.ts';
import type { Direction, DirectionVerdict, Flow, PolicyRef, Verdict } from './model.ts';
import type { Action, NormalPolicy, NormalRule } from './normal.ts';
import { describeUnmet, type Unmet, unmetOf } from './unmet.ts';

export interface RuleStep {
  readonly policy: PolicyRef;
  readonly ruleIndex: number;
  readonly action: Action;
  readonly matches: boolean;
  /** What keeps it from matching; empty when it matches. */
  readonly unmet: readonly Unmet[];
}

export interface DirectionWalk {
  readonly direction: Direction;
  readonly verdict: DirectionVerdict;
  /** In the order of evaluation: what isolates or polices the pod in this direction. */
  readonly policies: readonly PolicyRef[];
  readonly rules: readonly RuleStep[];
  readonly sentence: string;
}

export interface Walkthrough {
  readonly verdict: Verdict;
  readonly egress: DirectionWalk;
  readonly ingress: DirectionWalk;
}

export function walkThrough(engine: ExplainingEngine, flow: Flow, names?: FlowNames): Walkthrough {
  const verdict = engine.judge(flow);
  const packet = engine.packetOf(flow);
  const walk = (direction: Direction): DirectionWalk => {
    const own = direction === 'Egress' ? verdict.egress : verdict.ingress;
    const pod = (direction === 'Egress' ? packet.source : packet.destination).pod;
    const asked = pod && own.decision.by !== 'loopback' ? engine.stackOf(pod, direction) : [];
    const policies = asked.flatMap((tier) => tier.policies);
    return {
      direction,
      verdict: own,
      policies: policies.map(({ ref }) => ref),
      rules: policies.flatMap((policy) => stepsOf(policy, direction, packet)),
      sentence: explainDirection(own, direction, flow, names),
    };
  };
  return { verdict, egress: walk('Egress'), ingress: walk('Ingress') };
}

function stepsOf(policy: NormalPolicy, direction: Direction, packet: Packet): readonly RuleStep[] {
  return (policy.rules[direction] ?? []).map((rule: NormalRule) => {
    const matches = matchesRule(rule, packet);
    const { ref } = policy;
    const unmet = matches ? [] : unmetOf(policy, rule, direction, packet);
    return { policy: ref, ruleIndex: rule.index, action: rule.action, matches, unmet };
  });
}

/** One line per step, for people. */
export function printDirectionWalk(walk: DirectionWalk): readonly string[] {
  const lines = walk.rules.map(({ policy, ruleIndex, action, matches, unmet }) => {
    const name = policy.namespace ? `${policy.namespace}/${policy.name}` : policy.name;
    const rule = `${policy.kind} ${name}, ${walk.direction.toLowerCase()} rule ${ruleIndex + 1}`;
    return matches ? `${rule}: matches, ${action}` : `${rule}: does not match: ${unmet.map(describeUnmet).join('; ')}`;
  });
  return [...lines, walk.sentence];
}
