/** A check result in words, in the shape that learners always meet: which flow, expected and seen, decided by whom, what next. */

import { printDestination, printSource } from '../scenario/endpoint.ts';
import type { ProbeSpec } from '../scenario/model.ts';
import type { CheckResult, ProbeResult } from './grade.ts';

export interface Explained {
  /** Who decided, as the policy engine says it; undefined where it cannot say. */
  readonly decidedBy?: string | undefined;
  /** The command to run next. */
  readonly next?: string | undefined;
}

const words = { pass: 'PASS', fail: 'FAIL', inconclusive: 'UNKNOWN' } as const;

export function printStatus(status: CheckResult['status']): 'PASS' | 'FAIL' | 'UNKNOWN' {
  return words[status];
}

/** `default/checkout -> google.com:80/TCP` */
export function printFlow({ from, to }: ProbeSpec): string {
  return `${printSource(from)} -> ${printDestination(to)}`;
}

/** What was expected and seen: `expected allowed, saw blocked (no answer in 2.0 s)`. */
export function printSeen({ expected, observation }: ProbeResult): string {
  return `expected ${expected}, saw ${observation.outcome} (${observation.detail})`;
}

/** The lines under a check that did not pass, without indent. Empty for a passed one. */
export function describeFailure({ counterexample }: CheckResult, explained: Explained = {}): readonly string[] {
  if (!counterexample) return [];
  const lines = [printSeen(counterexample)];
  const evidence = counterexample.observation.evidence[0];
  if (counterexample.status === 'inconclusive')
    lines.push('this says nothing about your fix: the probe itself could not run');
  if (explained.decidedBy) lines.push(`decided by: ${explained.decidedBy}`);
  if (counterexample.status === 'inconclusive' && evidence) lines.push(`ran: ${evidence.argv.join(' ')}`);
  if (explained.next) lines.push(`next: ${explained.next}`);
  return lines;
}
