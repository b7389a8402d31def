/** Which rules nearly allow a denied flow, and what is wrong with them? One finding per gap that a person could close. */
import { printPolicy } from '../policy/explain.ts';
import { parseIp, parseNet } from '../policy/net.ts';
import { describeUnmet, namespaceNameLabel, type Unmet } from '../policy/unmet.ts';
import type { DirectionWalk, RuleStep } from '../policy/walkthrough.ts';
import type { DiagnosisContext, JudgedFlow } from './context.ts';
import type { Finding, FindingCode } from './finding.ts';
import { describePolicy, showNamespaceLabels, showPodLabels } from './next-command.ts';

/** Nearest first. Rules that miss on both peer and port are somebody else's rules, and not reported. */
export function findNearRules(context: DiagnosisContext, judged: JudgedFlow): readonly Finding[] {
  const sides = [judged.walk.egress, judged.walk.ingress].filter(({ verdict }) => !verdict.allowed);
  return sides.flatMap((side) =>
    side.rules
      .filter(({ action, matches }) => action === 'Allow' && !matches)
      .map((step) => ({ step, code: classify(step.unmet, context, judged) }))
      .filter(({ code }) => code !== undefined)
      .sort((a, b) => rank(a.step.unmet) - rank(b.step.unmet))
      .flatMap(({ step, code }) => (code ? [findingOf(code, step, side, context, judged)] : [])),
  );
}

function classify(unmet: readonly Unmet[], context: DiagnosisContext, judged: JudgedFlow): FindingCode | undefined {
  const parts = new Set(unmet.map(({ part }) => part));
  const peerParts = ['pod-label', 'namespace-label', 'namespace', 'not-a-pod', 'address', 'except'] as const;
  const aboutPeer = peerParts.some((part) => parts.has(part));
  const aboutPort = parts.has('port') || parts.has('protocol') || parts.has('named-port');
  if (aboutPeer && aboutPort) return undefined;
  if (aboutPort) return classifyPort(unmet, context, judged);
  if (parts.has('except')) return 'address-excepted';
  if (parts.has('not-a-pod')) return 'selector-cannot-match-address';
  if (parts.has('address')) return classifyAddress(unmet, context);
  if (parts.has('namespace')) return parts.has('pod-label') ? undefined : 'peer-in-other-namespace';
  if (parts.has('namespace-label')) {
    if (parts.has('pod-label')) return undefined;
    // Nothing to label: the rule names another namespace.
    const byName = unmet.some((gap) => gap.part === 'namespace-label' && gap.key === namespaceNameLabel);
    return byName ? 'peer-in-other-namespace' : 'namespace-label-missing';
  }
  return parts.has('pod-label') ? 'peer-label-missing' : undefined;
}

function classifyPort(
  unmet: readonly Unmet[],
  { question }: DiagnosisContext,
  { flow, role }: JudgedFlow,
): FindingCode {
  if (unmet.some(({ part }) => part === 'named-port')) return 'named-port-undeclared';
  const port = unmet.find(({ part }) => part === 'port');
  if (port?.part !== 'port') return 'wrong-protocol';
  const servicePort = role === 'connection' ? question.service?.port : undefined;
  const isServicePort =
    servicePort !== undefined && servicePort !== flow.port && port.wants === `${servicePort}/${flow.protocol}`;
  return isServicePort ? 'service-port-in-rule' : 'wrong-port';
}

function classifyAddress(unmet: readonly Unmet[], { question }: DiagnosisContext): FindingCode {
  const clusterIp = question.service && parseIp(question.service.clusterIp);
  const holdsClusterIp = unmet.some(
    (gap) => gap.part === 'address' && clusterIp && parseNet(gap.wants)?.contains(clusterIp),
  );
  return holdsClusterIp ? 'cluster-ip-in-rule' : 'address-not-listed';
}

/** A selector of which something is met comes before one of which nothing is. */
function rank(unmet: readonly Unmet[]): number {
  return unmet.reduce((sum, gap) => sum + (gap.part === 'pod-label' && gap.met === 0 ? 2 : 1), 0);
}

function findingOf(
  code: FindingCode,
  { policy, ruleIndex, unmet }: RuleStep,
  { direction }: DirectionWalk,
  { source, snapshot: { plugin } }: DiagnosisContext,
  { to, flow }: JudgedFlow,
): Finding {
  const rule = `${printPolicy(policy)}, ${direction.toLowerCase()} rule ${ruleIndex + 1}`;
  const peer = direction === 'Egress' ? to : source;
  const peerIp = parseIp(direction === 'Egress' ? flow.destinationIp : flow.sourceIp);
  // The address is in the block, and yet not meant.
  const isPodInBlock = (gap: Unmet): boolean =>
    gap.part === 'address' &&
    plugin?.ipBlocksHoldPods === false &&
    peerIp !== undefined &&
    parseNet(gap.wants)?.contains(peerIp) === true;
  const describe = (gap: Unmet): string =>
    isPodInBlock(gap) ? `an ipBlock never means a pod to ${plugin?.name}` : describeUnmet(gap);
  return {
    code,
    object: printPolicy(policy),
    direction,
    summary: `${rule} would allow it, but ${unmet.map(describe).join(', and ')}`,
    evidence: [`${source} -> ${to}`, ...unmet.map((gap) => `${rule}: ${describe(gap)}`)],
    next: nextFor(code, policy, peer),
  };
}

function nextFor(code: FindingCode, policy: RuleStep['policy'], peer: string): string {
  if (code === 'peer-label-missing') return showPodLabels(peer);
  if (code === 'namespace-label-missing') return showNamespaceLabels(peer.split('/')[0] ?? '');
  return describePolicy(policy);
}
