/**
 * The closed list of what a diagnosis can find, with its meaning. Scenarios declare their cause by one of these codes, so a
 * code is never renamed; a new one is added here, in docs/findings.md, and in a test that makes it appear.
 */
import type { Direction } from '../policy/model.ts';

export const findingMeanings = {
  'egress-dns-blocked': 'the source may not ask DNS, so every name fails before any connection is tried',
  'egress-dns-tcp-blocked': 'DNS works over UDP but not over TCP, so answers that do not fit a datagram fail',
  'ingress-dns-blocked': "the source may ask, but policy on the DNS pods' side keeps it out",
  'egress-isolated': 'the source is isolated for egress, and no rule allows this flow',
  'ingress-isolated': 'the destination is isolated for ingress, and no rule allows this flow',
  'both-sides': 'egress of the source and ingress of the destination both lack a rule: one fix alone changes nothing',
  'denied-by-rule': "a rule of Calico's with action Deny decides",
  'some-backends-blocked': 'some of the addresses behind the name or Service are allowed and some are not',
  'wrong-port': 'a rule names the right peer, but another port',
  'service-port-in-rule': "a rule names the Service's port; policy sees the pod's port, the targetPort",
  'wrong-protocol': 'a rule names the right peer and port, but another protocol',
  'named-port-undeclared':
    'a rule names a port by a name that the destination pod does not declare (with that protocol)',
  'peer-label-missing': 'a rule would allow it if the peer pod carried the labels that the rule asks for',
  'namespace-label-missing': "a rule would allow it if the peer's namespace carried the label that the rule asks for",
  'peer-in-other-namespace':
    "a rule is for pods of another namespace: it names that namespace, or has a podSelector without namespaceSelector, which means the policy's own",
  'selector-matches-nothing': "a rule's peer selects no pod in the whole cluster",
  'policy-selects-nothing': "a policy's podSelector selects no pod of its namespace",
  'cluster-ip-in-rule': "a rule's ipBlock holds the Service's ClusterIP; policy sees the endpoint's address",
  'address-not-listed': 'rules list addresses for this port, but not this one',
  'address-excepted': 'a rule lists the block, but excepts this address',
  'selector-cannot-match-address': 'rules for this port select pods, and the other end is no pod',
  'policy-types-omitted': 'a policy has an empty egress section and no policyTypes, so it isolates for ingress only',
  'not-isolated': 'no policy isolates the pod in this direction, so everything is allowed',
  'rule-allows-all': 'a rule without peers, or without ports, allows more than it seems to',
  'rule-allows': 'this rule allows the flow',
  'host-network': "the pod uses its node's network: no policy selects it",
  'not-enforced': 'policy denies the flow, yet it gets through: the CNI does not enforce policy here',
  'other-layer': 'policy allows the flow, yet there is no answer: look at the node, NAT, firewalls and the far end',
  'nobody-listens':
    'policy allows the flow and something refused it: nobody listens there, or the Service has no endpoint',
  'name-unknown': 'DNS may be asked and answered that there is no such name',
} as const;

export type FindingCode = keyof typeof findingMeanings;

export interface Finding {
  readonly code: FindingCode;
  /** `NetworkPolicy shop/restrict-egress`, `Pod shop/web`, `Namespace shop`: the object to look at or to change. */
  readonly object: string;
  readonly direction: Direction;
  /** One sentence, without a full stop. */
  readonly summary: string;
  /** Facts that prove it, one a line. */
  readonly evidence: readonly string[];
  /** The command that shows it. */
  readonly next: string;
}

export interface Cause {
  readonly object: string;
  readonly direction: Direction;
  readonly finding: string;
}

/** Whether the declared cause is among the findings: same object, same direction, same code. */
export function findsCause(findings: readonly Finding[], { object, direction, finding }: Cause): boolean {
  return findings.some((found) => found.object === object && found.direction === direction && found.code === finding);
}
