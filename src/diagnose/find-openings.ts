/** A flow works that should not: who lets it through, and which policy was perhaps meant to stop it? */
import type { NetworkPolicy } from '../kube/objects.ts';
import { printPolicy, printTraffic } from '../policy/explain.ts';
import type { Direction } from '../policy/model.ts';
import type { NormalPolicy } from '../policy/normal.ts';
import type { DirectionWalk } from '../policy/walkthrough.ts';
import type { DiagnosisContext, JudgedFlow } from './context.ts';
import { findOtherLayers } from './find-other-layers.ts';
import type { Finding } from './finding.ts';
import { describePolicy, showPodLabels } from './next-command.ts';

export function findOpenings(context: DiagnosisContext): readonly Finding[] {
  if (context.question.source.hostNetwork) return findOtherLayers(context, undefined);
  const connections = context.flows.filter(({ role }) => role === 'connection');
  return connections.flatMap((judged) => [
    ...openSide(context, judged, judged.walk.egress),
    ...openSide(context, judged, judged.walk.ingress),
  ]);
}

function openSide(context: DiagnosisContext, { to, flow }: JudgedFlow, walk: DirectionWalk): readonly Finding[] {
  const { direction, verdict, rules } = walk;
  const pod = direction === 'Egress' ? context.source : to;
  if (verdict.decision.by === 'default-allow') {
    return [...omittedTypes(context, pod, direction), notIsolated(pod, walk)];
  }
  return rules
    .filter(({ matches, action }) => matches && action === 'Allow')
    .map(({ policy, ruleIndex }): Finding => {
      const rule = `${printPolicy(policy)}, ${direction.toLowerCase()} rule ${ruleIndex + 1}`;
      const missing = missingParts(context, printPolicy(policy), direction, ruleIndex);
      return {
        code: missing.length > 0 ? 'rule-allows-all' : 'rule-allows',
        object: printPolicy(policy),
        direction,
        summary:
          missing.length > 0 ? `${rule} has no ${missing.join(' and no ')}, so it allows all` : `${rule} allows it`,
        evidence: [`${context.source} -> ${to} ${printTraffic(flow)}`],
        next: describePolicy(policy),
      };
    });
}

function notIsolated(pod: string, { direction, sentence }: DirectionWalk): Finding {
  return {
    code: 'not-isolated',
    object: `Pod ${pod}`,
    direction,
    summary: sentence,
    evidence: [`${pod} is selected by no policy with ${direction} in its policyTypes`],
    next: showPodLabels(pod),
  };
}

/** `egress: []` without policyTypes reads like a denial and is none (pkg/apis/networking/v1/defaults.go). */
function omittedTypes({ engine }: DiagnosisContext, pod: string, direction: Direction): readonly Finding[] {
  const subject = engine.store.pods.get(pod);
  if (!subject || direction !== 'Egress') return [];
  const endpoint = engine.store.endpointOf(subject);
  return [...engine.store.policiesFor(subject.namespace)]
    .filter(
      (policy) => policy.subject.matches(endpoint) && policy.rules.Egress === undefined && hasEgressSection(policy),
    )
    .map(({ ref }) => ({
      code: 'policy-types-omitted',
      object: printPolicy(ref),
      direction,
      summary: `${printPolicy(ref)} has an empty egress section but not Egress in policyTypes: it isolates for ingress only`,
      evidence: ['spec.policyTypes lacks Egress'],
      next: describePolicy(ref),
    }));
}

function hasEgressSection({ ref, object }: NormalPolicy): boolean {
  return ref.kind === 'NetworkPolicy' && Array.isArray((object as NetworkPolicy).spec?.egress);
}

function missingParts({ engine }: DiagnosisContext, policyText: string, direction: Direction, index: number): string[] {
  const policy = [...engine.store.policies].find(({ ref }) => printPolicy(ref) === policyText);
  const rule = policy?.rules[direction]?.find((candidate) => candidate.index === index);
  if (!policy || !rule) return [];
  const peers = direction === 'Egress' ? rule.destination : rule.source;
  const word = direction === 'Egress' ? 'to' : 'from';

  const empty = !peers;
  return [...(empty ? [word] : []), ...(empty && !rule.traffic ? ['ports'] : [])];
}
