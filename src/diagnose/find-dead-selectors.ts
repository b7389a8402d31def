/** Do the policies around a denied flow select anybody at all? A selector that matches nothing is a typo or a missing label. */
import type { NetworkPolicyPeer } from '../kube/objects.ts';
import { printPolicy } from '../policy/explain.ts';
import type { Direction } from '../policy/model.ts';
import type { NormalPolicy } from '../policy/normal.ts';
import type { DiagnosisContext, JudgedFlow } from './context.ts';
import type { Finding } from './finding.ts';
import { describePolicy } from './next-command.ts';

/** First the rules of the policies that isolate, then policies of the two namespaces whose podSelector selects nobody. */
export function findDeadSelectors(context: DiagnosisContext, denied: readonly JudgedFlow[]): readonly Finding[] {
  return [...deadPeers(context, denied), ...deadPolicies(context, denied)];
}

function deadPeers(context: DiagnosisContext, denied: readonly JudgedFlow[]): readonly Finding[] {
  const { engine } = context;
  const endpoints = [...engine.store.pods.values()].map((pod) => engine.store.endpointOf(pod));
  const asked = denied.flatMap(({ walk }) => [walk.egress, walk.ingress]).filter(({ verdict }) => !verdict.allowed);
  return asked.flatMap(({ policies, direction }) =>
    [...engine.store.policies]
      .filter(({ ref }) => policies.some((policy) => printPolicy(policy) === printPolicy(ref)))
      .flatMap((policy) =>
        (policy.rules[direction] ?? []).flatMap((rule): readonly Finding[] => {
          const peers = (direction === 'Egress' ? rule.destination : rule.source) ?? [];
          const dead = peers.findIndex(({ selector }) => selector && !endpoints.some((pod) => selector.matches(pod)));
          if (dead < 0) return [];
          return [deadPeer(policy, direction, rule.index, dead)];
        }),
      ),
  );
}

function deadPeer(policy: NormalPolicy, direction: Direction, ruleIndex: number, peerIndex: number): Finding {
  const object = printPolicy(policy.ref);
  const rule = `${direction.toLowerCase()} rule ${ruleIndex + 1}`;
  const written = peerOf(policy, direction, ruleIndex, peerIndex);
  return {
    code: 'selector-matches-nothing',
    object,
    direction,
    summary: `${object}, ${rule} names a peer that selects no pod in the cluster`,
    evidence: [`${rule}, peer ${peerIndex + 1}: ${JSON.stringify(written ?? {})}`],
    next: describePolicy(policy.ref),
  };
}

function peerOf({ object }: NormalPolicy, direction: Direction, rule: number, peer: number): unknown {
  const { spec } = object as {
    spec?: { ingress?: { from?: NetworkPolicyPeer[] }[]; egress?: { to?: NetworkPolicyPeer[] }[] };
  };
  return direction === 'Egress' ? spec?.egress?.[rule]?.to?.[peer] : spec?.ingress?.[rule]?.from?.[peer];
}

function deadPolicies(
  { engine, question, source }: DiagnosisContext,
  denied: readonly JudgedFlow[],
): readonly Finding[] {
  const destinations = denied.map(({ to }) => to.split('/')[0] ?? '');
  const namespaces = new Set([question.source.namespace, source.split('/')[0] ?? '', ...destinations]);
  const endpoints = [...engine.store.pods.values()].map((pod) => engine.store.endpointOf(pod));
  return [...engine.store.policies]
    .filter(({ ref, subject }) => namespaces.has(ref.namespace ?? '') && !endpoints.some((pod) => subject.matches(pod)))
    .map(
      (policy): Finding => ({
        code: 'policy-selects-nothing',
        object: printPolicy(policy.ref),
        direction: policy.rules.Egress ? 'Egress' : 'Ingress',
        summary: `${printPolicy(policy.ref)} selects no pod, so its rules allow nothing to anybody`,
        evidence: [`no pod of namespace ${policy.ref.namespace ?? '(any)'} matches its podSelector`],
        next: describePolicy(policy.ref),
      }),
    );
}
