/**
 * A verdict as one sentence for people: who isolates or decides, and for which port. NetworkPolicy has no deny rule, so the
 * words are "isolates … and no rule allows", never "denied by"; only Calico's own rules deny.
 */
import type { Decision, Direction, DirectionVerdict, Flow, PolicyRef, Verdict } from './model.ts';

/** Who the two ends are, in words: `shop/web`, `203.0.113.80`. */
export interface FlowNames {
  readonly source: string;
  readonly destination: string;
}

/** `NetworkPolicy shop/default-deny isolates shop/web for egress, and no rule allows 53/TCP`. No full stop at the end. */
export function explainVerdict(verdict: Verdict, flow: Flow, names: FlowNames = addressesOf(flow)): string {
  const parts: string[] = [];
  const denied = !verdict.allowed;
  for (const direction of ['Egress', 'Ingress'] as const) {
    const own = direction === 'Egress' ? verdict.egress : verdict.ingress;
    if (denied ? !own.allowed : own.decision.by !== 'not-a-pod')
      parts.push(explainDirection(own, direction, flow, names));
  }
  const unique = [...new Set(parts)];
  return unique.length > 0 ? unique.join('; and ') : 'neither end is a pod, so no policy is asked';
}

/** One direction's part of the sentence. */
export function explainDirection(
  { decision }: DirectionVerdict,
  direction: Direction,
  flow: Flow,
  names: FlowNames = addressesOf(flow),
): string {
  const own = direction === 'Egress' ? names.source : names.destination;
  const towards = direction === 'Egress' ? `to ${names.destination}` : `from ${names.source}`;
  return explainDecision(decision, direction, { own, towards, traffic: printTraffic(flow) });
}

function explainDecision(
  decision: Decision,
  direction: Direction,
  { own, towards, traffic }: { readonly own: string; readonly towards: string; readonly traffic: string },
): string {
  const way = direction.toLowerCase();
  switch (decision.by) {
    case 'default-allow':
      return `no policy isolates ${own} for ${way}`;
    case 'not-a-pod':
      return `${own} is no pod, so no policy is asked for ${way}`;
    case 'loopback':
      return `${own} talks to itself, which never leaves the pod`;
    case 'profile':
      return `every tier passes ${traffic} on, and the namespace's profile ${decision.profile} allows it`;
    case 'rule': {
      const verb = decision.action === 'Allow' ? 'allows' : 'denies';
      return `${printPolicy(decision.policy)} ${verb} ${traffic} ${towards} by ${way} rule ${decision.ruleIndex + 1}`;
    }
    case 'isolation':
      return `${explainIsolation(decision, own, way)} allows ${traffic}`;
  }
}

function explainIsolation(
  { policies, tier }: Extract<Decision, { by: 'isolation' }>,
  own: string,
  way: string,
): string {
  const verb = policies.length === 1 ? 'isolates' : 'isolate';
  const where = tier === 'default' ? '' : ` in tier ${tier}`;
  return `${printPolicies(policies)} ${verb} ${own} for ${way}${where}, and no rule`;
}

/** `NetworkPolicy shop/default-deny`, the form in which findings and causes name objects. */
export function printPolicy({ kind, namespace, name }: PolicyRef): string {
  return `${kind} ${namespace ? `${namespace}/${name}` : name}`;
}

function printPolicies(policies: readonly PolicyRef[]): string {
  const texts = policies.map(printPolicy);
  if (texts.length <= 1) return texts.join('');
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

/** `53/TCP`, `ICMP`. */
export function printTraffic({ protocol, port }: Pick<Flow, 'protocol' | 'port'>): string {
  return protocol === 'ICMP' ? 'ICMP' : `${port}/${protocol}`;
}

function addressesOf({ sourceIp, destinationIp }: Flow): FlowNames {
  return { source: sourceIp, destination: destinationIp };
}
