/**
 * What is the smallest change that would flip a verdict? For a denied flow the rules that come nearest to allowing it, for an
 * allowed one the rules that allow it. Candidates only: each says what would have to be different, nobody applies it.
 */

import { printPolicy } from './explain.ts';
import type { Direction, PolicyRef } from './model.ts';
import { describeUnmet, type Unmet } from './unmet.ts';
import type { DirectionWalk, RuleStep, Walkthrough } from './walkthrough.ts';

export interface NearestMiss {
  readonly direction: Direction;
  readonly policy: PolicyRef;
  readonly ruleIndex: number;
  /** What is not met (the verdict is denied), or empty: the rule allows and would have to go. */
  readonly unmet: readonly Unmet[];
  /** For people: `NetworkPolicy shop/allow-web, ingress rule 1 would allow it, but it is for 80/TCP`. */
  readonly text: string;
}

/** Nearest first; ties in the order of evaluation. Empty when no rule is there to be changed. */
export function nearestMisses(walkthrough: Walkthrough): readonly NearestMiss[] {
  const { verdict, egress, ingress } = walkthrough;
  if (!verdict.allowed) {
    return [egress, ingress].filter((walk) => !walk.verdict.allowed).flatMap(missesOf);
  }
  return [egress, ingress].flatMap((walk) =>
    walk.rules.filter(({ matches, action }) => matches && action === 'Allow').map((step) => missOf(walk, step)),
  );
}

function missesOf(walk: DirectionWalk): readonly NearestMiss[] {
  return walk.rules
    .filter(({ action, matches }) => action === 'Allow' && !matches)
    .map((step) => missOf(walk, step))
    .sort((a, b) => a.unmet.length - b.unmet.length);
}

function missOf({ direction }: DirectionWalk, { policy, ruleIndex, unmet, matches }: RuleStep): NearestMiss {
  const rule = `${printPolicy(policy)}, ${direction.toLowerCase()} rule ${ruleIndex + 1}`;
  const text = matches ? `${rule} allows it` : `${rule} would allow it, but ${unmet.map(describeUnmet).join(', and ')}`;
  return { direction, policy, ruleIndex, unmet, text };
}
