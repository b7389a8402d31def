/** describe networkpolicy: the text that learners read most. */
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../kube/objects.ts';
import { formatSelector } from '../../kube/selectors.ts';
import { writeAnnotations, writeLabels } from './metadata.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

export function describeNetworkPolicy({ metadata, spec }: NetworkPolicy): string {
  const w = describeWriter();
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  w.line(0, `Created on:\t${goTime(metadata.creationTimestamp)}`);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  w.line(0, 'Spec:');
  const selector = formatSelector(spec?.podSelector);
  const all = selector === '<none>' ? ' (Allowing the specific traffic to all pods in this namespace)' : '';
  w.line(1, `PodSelector:     ${selector}${all}`);
  const types = spec?.policyTypes ?? [];
  writeDirection(
    w,
    'ingress',
    types.includes('Ingress'),
    (spec?.ingress ?? []).map(({ ports, from }) => ({ ports, peers: from })),
  );
  writeDirection(
    w,
    'egress',
    types.includes('Egress'),
    (spec?.egress ?? []).map(({ ports, to }) => ({ ports, peers: to })),
  );
  w.line(1, `Policy Types: ${types.join(', ')}`);
  return w.aligned();
}

/** Go's default print of a UTC time. */
function goTime(timestamp: string | undefined): string {
  return timestamp ? `${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)} +0000 UTC` : '<unset>';
}

interface Rule {
  readonly ports: readonly NetworkPolicyPort[] | undefined;
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
}

function writeDirection(
  w: DescribeWriter,
  direction: 'ingress' | 'egress',
  affected: boolean,
  rules: readonly Rule[],
): void {
  if (!affected) {
    w.line(1, `Not affecting ${direction} traffic`);
    return;
  }
  w.line(1, `Allowing ${direction} traffic:`);
  if (rules.length === 0) w.line(2, `<none> (Selected pods are isolated for ${direction} connectivity)`);
  rules.forEach((rule, i) => {
    writeRule(w, direction, rule);
    if (i < rules.length - 1) w.line(2, '----------');
  });
}

function writeRule(w: DescribeWriter, direction: 'ingress' | 'egress', { ports = [], peers = [] }: Rule): void {
  if (ports.length === 0) w.line(2, 'To Port: <any> (traffic allowed to all ports)');
  for (const { port, endPort, protocol = 'TCP' } of ports) {
    if (endPort === undefined) w.line(2, `To Port: ${port ?? '<nil>'}/${protocol}`);
    else w.line(2, `To Port Range: ${port ?? '<nil>'}-${endPort}/${protocol}`);
  }
  const word = direction === 'ingress' ? 'From' : 'To';
  const end = direction === 'ingress' ? 'source' : 'destination';
  if (peers.length === 0) w.line(2, `${word}: <any> (traffic not restricted by ${end})`);
  for (const { namespaceSelector, podSelector, ipBlock } of peers) {
    w.line(2, `${word}:`);
    if (namespaceSelector) w.line(3, `NamespaceSelector: ${formatSelector(namespaceSelector)}`);
    if (podSelector) w.line(3, `PodSelector: ${formatSelector(podSelector)}`);
    if (ipBlock && !namespaceSelector && !podSelector) {
      w.line(3, 'IPBlock:');
      w.line(4, `CIDR: ${ipBlock.cidr}`);
      w.line(4, `Except: ${(ipBlock.except ?? []).join(', ')}`);
    }
  }
}
