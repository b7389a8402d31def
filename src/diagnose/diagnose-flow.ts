/**
 * Why does this flow not work, or why does it work although it should not? A snapshot, a question and what was seen lead to
 * findings, the likeliest first: what fails earliest in the life of a connection, the nearest rule before the general rule.
 */
import { createPolicyEngine } from '../policy/engine.ts';
import { explainVerdict, printPolicy, printTraffic } from '../policy/explain.ts';
import type { Direction, PolicySnapshot } from '../policy/model.ts';
import { describePlugin } from '../policy/plugins.ts';
import { type DirectionWalk, type Walkthrough, walkThrough } from '../policy/walkthrough.ts';
import type { DiagnosisContext, JudgedFlow, Observed } from './context.ts';
import { findDeadSelectors } from './find-dead-selectors.ts';
import { findNearRules } from './find-near-rules.ts';
import { findOpenings } from './find-openings.ts';
import { findOtherLayers } from './find-other-layers.ts';
import type { Finding } from './finding.ts';
import { describePolicy, whyCommand } from './next-command.ts';
import type { AskedFlow, FlowQuestion } from './question.ts';

export interface Diagnosis {
  /** Whether policy lets the whole thing through: DNS where it is asked, and every address. */
  readonly allowed: boolean;
  /** What is different about this cluster's network plugin, for those who expect Calico. */
  readonly plugin: string | undefined;
  /** The verdict of the first flow that is denied, else of the first connection, as a sentence. */
  readonly decidedBy: string | undefined;
  readonly flows: readonly JudgedFlow[];
  readonly findings: readonly Finding[];
}

export interface DiagnoseOptions {
  /** What a probe saw. */
  readonly observed?: Observed;
  /** What the owner of the flow wants; 'blocked' asks why it is open. Default 'allowed'. */
  readonly wanted?: 'allowed' | 'blocked';
}

export function diagnoseFlow(
  snapshot: PolicySnapshot,
  question: FlowQuestion,
  options: DiagnoseOptions = {},
): Diagnosis {
  const engine = createPolicyEngine(snapshot);
  const source = `${question.source.namespace}/${question.source.name}`;
  const flows = question.flows.map((asked): JudgedFlow => {
    const names = { source, destination: asked.to };
    const walk = walkThrough(engine, asked.flow, names);
    return { ...asked, walk, sentence: explainVerdict(walk.verdict, asked.flow, names) };
  });
  const denied = flows.filter(({ walk }) => !walk.verdict.allowed);
  const connections = flows.filter(({ role }) => role === 'connection');
  const decisive = denied[0] ?? connections[0] ?? flows[0];
  const context = { engine, snapshot, question, flows, source };
  const ignored = snapshot.plugin?.enforces === false;
  const findings =
    options.wanted === 'blocked' && denied.length === 0
      ? findOpenings(context)
      : [...(ignored ? [] : findDenials(context, denied)), ...findOtherLayers(context, options.observed)];
  return {
    allowed: denied.length === 0 || ignored,
    plugin: describePlugin(snapshot.plugin),
    decidedBy: decisive && (ignored ? `nobody; elsewhere: ${decisive.sentence}` : decisive.sentence),
    flows,
    findings: distinct(findings),
  };
}

function findDenials(context: DiagnosisContext, denied: readonly JudgedFlow[]): readonly Finding[] {
  const byRole = (role: AskedFlow['role']) => denied.filter((flow) => flow.role === role);
  const dns = byRole('dns');
  const connections = byRole('connection');
  return [
    ...(['Egress', 'Ingress'] as const).flatMap((direction) => findDnsDenial(context, dns, direction)),
    ...dns.flatMap((flow) => findNearRules(context, flow)),
    ...findPartial(context, connections),
    ...connections.flatMap((flow) => findNearRules(context, flow)),
    ...findBothSides(context, connections),
    ...connections.flatMap((flow) => findIsolation(context, flow)),
    ...dns.flatMap((flow) => findIsolation(context, flow)),
    ...(denied.length > 0 ? findDeadSelectors(context, denied) : []),
  ];
}

/** Over UDP names fail altogether; over TCP alone only answers that do not fit do. */
function findDnsDenial(
  { question, source }: DiagnosisContext,
  denied: readonly JudgedFlow[],
  direction: Direction,
): readonly Finding[] {
  const inDirection = denied.filter(({ walk }) => !sideOf(walk, direction).verdict.allowed);
  const udp = inDirection.find(({ flow }) => flow.protocol === 'UDP');
  const first = udp ?? inDirection[0];
  if (!first) return [];
  const code = direction === 'Ingress' ? 'ingress-dns-blocked' : udp ? 'egress-dns-blocked' : 'egress-dns-tcp-blocked';
  const walk = sideOf(first.walk, direction);
  const asked = question.asked.replace(/:\d+\/\w+$/, '');
  return deciders(walk).map((policy) => ({
    code,
    object: printPolicy(policy),
    direction,
    summary: `${source} cannot look up ${asked}: ${walk.sentence}`,
    evidence: inDirection.map(({ flow, to, sentence }) => `${source} -> ${to} ${printTraffic(flow)}: ${sentence}`),
    next: describePolicy(policy),
  }));
}

function findPartial({ flows, question }: DiagnosisContext, denied: readonly JudgedFlow[]): readonly Finding[] {
  const connections = flows.filter(({ role }) => role === 'connection');
  const [first] = denied;
  if (!first || denied.length === connections.length) return [];
  const direction: Direction = first.walk.egress.verdict.allowed ? 'Ingress' : 'Egress';
  return deciders(sideOf(first.walk, direction)).map((policy) => ({
    code: 'some-backends-blocked',
    object: printPolicy(policy),
    direction,
    summary: `${denied.length} of ${connections.length} addresses behind ${question.asked} are not allowed`,
    evidence: connections.map(({ to, sentence }) => `${to}: ${sentence}`),
    next: describePolicy(policy),
  }));
}

function findBothSides({ question, source }: DiagnosisContext, denied: readonly JudgedFlow[]): readonly Finding[] {
  return denied
    .filter(({ walk }) => !walk.egress.verdict.allowed && !walk.ingress.verdict.allowed)
    .flatMap(({ walk }) =>
      (['Egress', 'Ingress'] as const).flatMap((direction) =>
        deciders(sideOf(walk, direction)).map(
          (policy): Finding => ({
            code: 'both-sides',
            object: printPolicy(policy),
            direction,
            summary: 'a rule is needed on both sides: egress of the source and ingress of the destination',
            evidence: [walk.egress.sentence, walk.ingress.sentence],
            next: whyCommand(source, question.asked),
          }),
        ),
      ),
    );
}

function findIsolation({ question, source }: DiagnosisContext, { walk, flow, to }: JudgedFlow): readonly Finding[] {
  return (['Egress', 'Ingress'] as const).flatMap((direction) => {
    const side = sideOf(walk, direction);
    if (side.verdict.allowed) return [];
    const isolation = direction === 'Egress' ? 'egress-isolated' : 'ingress-isolated';
    return deciders(side).map(
      (policy): Finding => ({
        code: side.verdict.decision.by === 'rule' ? 'denied-by-rule' : isolation,
        object: printPolicy(policy),
        direction,
        summary: side.sentence,
        evidence: [
          `${source} -> ${to} ${printTraffic(flow)}`,
          ...(question.service ? [`asked for as ${question.asked}`] : []),
        ],
        next: describePolicy(policy),
      }),
    );
  });
}

function sideOf(walk: Walkthrough, direction: Direction): DirectionWalk {
  return direction === 'Egress' ? walk.egress : walk.ingress;
}

/** Who isolates, those with the fewest rules first: a policy without any rule is the one that denies. */
function deciders({ verdict, rules }: DirectionWalk) {
  const { decision } = verdict;
  if (decision.by === 'rule') return [decision.policy];
  if (decision.by !== 'isolation') return [];
  const count = (name: string): number => rules.filter(({ policy }) => printPolicy(policy) === name).length;
  return [...decision.policies].sort((a, b) => count(printPolicy(a)) - count(printPolicy(b)));
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, object, direction }) => {
    const key = `${code} ${object} ${direction}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
