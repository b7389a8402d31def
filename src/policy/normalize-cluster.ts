/**
 * Turns a ClusterNetworkPolicy (policy.networking.k8s.io/v1alpha2) into the normal form: Calico puts it into the tier
 * kube-admin or kube-baseline, at the order of its priority. What a rule says that nobody understands fails closed.
 */
import type { KubeObject, LabelSelector } from '../kube/objects.ts';
import type { Direction, PolicyRef } from './model.ts';
import { parseNets } from './net.ts';
import type { Action, EndpointSelector, EntityMatch, NormalPolicy, NormalRule, TrafficMatch } from './normal.ts';
import { podsOfNamespaces } from './normalize-kubernetes.ts';
import { listOf, numberOf, recordOf, textOf, textsOf } from './untyped.ts';

type Fields = Readonly<Record<string, unknown>>;

export function normalizeClusterPolicy(object: KubeObject): NormalPolicy {
  const spec = recordOf(object['spec']);
  const name = object.metadata.name ?? '';
  const tier = spec['tier'] === 'Baseline' ? 'kube-baseline' : 'kube-admin';
  const ref: PolicyRef = { kind: 'ClusterNetworkPolicy', name, tier };
  return {
    key: `cluster/${name}`,
    ref,
    object,
    order: numberOf(spec['priority']) ?? Number.POSITIVE_INFINITY,
    tieBreak: `${name}//ClusterNetworkPolicy`,
    subject: podsOf(recordOf(spec['subject'])) ?? nobody,
    rules: {
      ...(listOf(spec['ingress']).length > 0 && { Ingress: rulesOf(spec['ingress'], 'Ingress', ref) }),
      ...(listOf(spec['egress']).length > 0 && { Egress: rulesOf(spec['egress'], 'Egress', ref) }),
    },
  };
}

function rulesOf(value: unknown, direction: Direction, ref: PolicyRef): NormalRule[] {
  return listOf(value).map((item, index) => {
    const rule = recordOf(item);
    const peers = listOf(rule[direction === 'Ingress' ? 'from' : 'to']).map((peer) => peerOf(recordOf(peer)));
    const protocols = listOf(rule['protocols']).map((protocol) => trafficOf(recordOf(protocol)));
    const understood = peers.every((peer) => peer !== undefined) && protocols.every((one) => one !== undefined);
    const asked = actionOf(rule['action']);
    const action = understood || asked === 'Allow' ? asked : 'Deny';
    const others = understood ? peers : asked === 'Allow' ? peers.filter((peer) => peer !== undefined) : undefined;
    return {
      index,
      action,
      traffic: understood && protocols.length > 0 ? protocols : undefined,
      source: direction === 'Ingress' ? others : undefined,
      destination: direction === 'Egress' ? others : undefined,
      decision: { by: 'rule', policy: ref, ruleIndex: index, action },
    };
  });
}

function actionOf(value: unknown): Exclude<Action, 'Log'> {
  if (value === 'Accept') return 'Allow';
  return value === 'Pass' ? 'Pass' : 'Deny';
}

function peerOf(peer: Fields): EntityMatch | undefined {
  if (peer['networks'] !== undefined) return { nets: parseNets(textsOf(peer['networks'])) };
  const selector = podsOf(peer);
  return selector && { selector };
}

/** `namespaces: SELECTOR`, or `pods: {namespaceSelector, podSelector}`. */
function podsOf(choice: Fields): EndpointSelector | undefined {
  if (choice['namespaces'] !== undefined) return podsOfNamespaces(recordOf(choice['namespaces']) as LabelSelector, {});
  if (choice['pods'] === undefined) return undefined;
  const { namespaceSelector, podSelector } = recordOf(choice['pods']);
  return podsOfNamespaces(recordOf(namespaceSelector) as LabelSelector, recordOf(podSelector) as LabelSelector);
}

const nobody: EndpointSelector = {
  key: 'nobody',
  namespace: undefined,
  matchesNamespace: () => false,
  matches: () => false,
};

function trafficOf(protocol: Fields): TrafficMatch | undefined {
  const name = textOf(protocol['destinationNamedPort']);
  if (name !== undefined) return { ports: { ranges: [], names: [name] } };
  const known = (['tcp', 'udp', 'sctp'] as const).find((key) => protocol[key] !== undefined);
  if (known === undefined) return undefined;
  const { number, range } = recordOf(recordOf(protocol[known])['destinationPort']);
  const { start, end } = recordOf(range);
  const from = numberOf(number) ?? numberOf(start);
  const to = numberOf(number) ?? numberOf(end);
  const base = { protocol: known.toUpperCase() };
  return from === undefined || to === undefined ? base : { ...base, ports: { ranges: [{ from, to }], names: [] } };
}
