/**
 * Turns a networking.k8s.io/v1 NetworkPolicy into the normal form, with the API server's defaults applied
 * (pkg/apis/networking/v1/defaults.go), so that policies read from files mean what they would mean once stored.
 */
import type { LabelSelector, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../kube/objects.ts';
import { compileLabelSelector } from './label-selector.ts';
import type { Direction, PolicyRef } from './model.ts';
import { type Net, parseNet, parseNets } from './net.ts';
import type { EndpointSelector, EntityMatch, NormalPolicy, NormalRule, TrafficMatch } from './normal.ts';

interface RuleShape {
  readonly peers?: readonly NetworkPolicyPeer[] | null | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | null | undefined;
}

/** Calico places every Kubernetes policy at order 1000 of tier "default". */
const kubernetesOrder = 1000;

export function normalizeKubernetes(policy: NetworkPolicy): NormalPolicy {
  const { name = '', namespace = 'default' } = policy.metadata;
  const ref: PolicyRef = { kind: 'NetworkPolicy', namespace, name, tier: 'default' };
  const directions = policyTypes(policy);
  const ingress = () =>
    rules(
      policy.spec?.ingress?.map(({ from, ports }) => ({ peers: from, ports })),
      'Ingress',
      ref,
    );
  const egress = () =>
    rules(
      policy.spec?.egress?.map(({ to, ports }) => ({ peers: to, ports })),
      'Egress',
      ref,
    );
  return {
    key: `k8s/${namespace}/${name}`,
    ref,
    object: policy,
    order: kubernetesOrder,
    tieBreak: `${name}/${namespace}/KubernetesNetworkPolicy`,
    subject: podsOf(namespace, policy.spec?.podSelector ?? {}),
    rules: {
      ...(directions.includes('Ingress') && { Ingress: ingress() }),
      ...(directions.includes('Egress') && { Egress: egress() }),
    },
  };
}

/** The stored policyTypes: absent means Ingress, and Egress only where there are egress rules. */
export function policyTypes(policy: NetworkPolicy): readonly Direction[] {
  const given = policy.spec?.policyTypes ?? [];
  if (given.length > 0) return (['Ingress', 'Egress'] as const).filter((direction) => given.includes(direction));
  return policy.spec?.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}

function rules(shapes: readonly RuleShape[] | null | undefined, direction: Direction, ref: PolicyRef): NormalRule[] {
  return (shapes ?? []).map(({ peers, ports }, index) => {
    const others = peers?.length ? peers.map((peer) => entityOf(peer, ref.namespace ?? '')) : undefined;
    return {
      index,
      action: 'Allow',
      traffic: ports?.length ? ports.map(trafficOf) : undefined,
      source: direction === 'Ingress' ? others : undefined,
      destination: direction === 'Egress' ? others : undefined,
      decision: { by: 'rule', policy: ref, ruleIndex: index, action: 'Allow' },
    };
  });
}

function trafficOf({ protocol = 'TCP', port, endPort }: NetworkPolicyPort): TrafficMatch {
  if (port === undefined || port === null) return { protocol };
  if (typeof port === 'string') return { protocol, ports: { ranges: [], names: [port] } };
  return { protocol, ports: { ranges: [{ from: Number(port), to: endPort ?? Number(port) }], names: [] } };
}

function entityOf({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer, namespace: string): EntityMatch {
  if (ipBlock) {
    const net: Net | undefined = parseNet(ipBlock.cidr);
    return { nets: net ? [net] : [], notNets: parseNets(ipBlock.except ?? []) };
  }
  if (!namespaceSelector) return { selector: podsOf(namespace, podSelector ?? {}) };
  return { selector: podsOfNamespaces(namespaceSelector, podSelector ?? {}) };
}

function podsOf(namespace: string, selector: LabelSelector): EndpointSelector {
  const pods = compileLabelSelector(selector);
  return {
    key: `${namespace} ${pods.key}`,
    namespace,
    pods,
    matchesNamespace: (name) => name === namespace,
    matches: (endpoint) => endpoint.namespace === namespace && endpoint.kind === 'pod' && pods.matches(endpoint.labels),
  };
}

/** Pods of the namespaces that the one selector means, with the labels that the other means. */
export function podsOfNamespaces(namespaceSelector: LabelSelector, podSelector: LabelSelector): EndpointSelector {
  const namespaces = compileLabelSelector(namespaceSelector);
  const [namespaceLabel] = Object.entries(namespaceSelector.matchLabels ?? {});
  const pods = compileLabelSelector(podSelector);
  return {
    key: `{${namespaces.key}} ${pods.key}`,
    namespace: undefined,
    pods,
    namespaceLabel,
    matchesNamespace: (name, labels) => name !== undefined && namespaces.matches(labels),
    matches: (endpoint) =>
      endpoint.kind === 'pod' && namespaces.matches(endpoint.namespaceLabels) && pods.matches(endpoint.labels),
  };
}
