/**
 * In which ways can a NetworkPolicy go wrong? One small damage each, as people do it: a rule, a port or a peer lost, a peer
 * wider than meant, two selectors pulled apart, a label misspelt, everything allowed. Pure.
 */
import type { NetworkPolicy } from '../kube/objects.ts';

export type Operator =
  | 'drop-rule'
  | 'drop-port'
  | 'any-port'
  | 'other-port'
  | 'other-protocol'
  | 'drop-peer'
  | 'any-peer'
  | 'widen-peer'
  | 'and-to-or'
  | 'wrong-label'
  | 'drop-direction'
  | 'allow-all'
  | 'delete-policy';

export interface Mutant {
  readonly operator: Operator;
  /** For people: `egress[0].to[1]`. */
  readonly where: string;
  /** undefined: the policy is gone. */
  readonly policy: NetworkPolicy | undefined;
}

type Spec = NonNullable<NetworkPolicy['spec']>;
type EgressRule = NonNullable<Spec['egress']>[number];
type Peer = NonNullable<EgressRule['to']>[number];
type Port = NonNullable<EgressRule['ports']>[number];
type Selector = NonNullable<Peer['podSelector']>;

/** A rule of either direction, its peers under one name. */
interface Rule {
  readonly peers: readonly Peer[];
  readonly ports: readonly Port[];
}

interface Change<T> {
  readonly operator: Operator;
  readonly where: string;
  readonly value: T;
}

/** Every mutant once, in a fixed order. Expects a policy as the API stores it, defaults written out. */
export function mutatePolicy(policy: NetworkPolicy): readonly Mutant[] {
  const spec: Spec = policy.spec ?? { podSelector: {} };
  const withSpec = ({ operator, where, value }: Change<Spec>): Mutant => ({
    operator,
    where,
    policy: { ...policy, spec: value },
  });
  const types = spec.policyTypes ?? [];
  return [
    { operator: 'delete-policy', where: 'policy', policy: undefined },
    ...types.map((type) =>
      withSpec({
        operator: 'allow-all',
        where: type,
        value: { ...spec, ...section(type, [{ peers: [], ports: [] }]) },
      }),
    ),
    ...(types.length > 1 ? types : []).map((type) =>
      withSpec({
        operator: 'drop-direction',
        where: type,
        value: { ...without(spec, type), policyTypes: types.filter((other) => other !== type) },
      }),
    ),
    ...mutateSelector(spec.podSelector ?? {}, 'podSelector').map(({ value, ...rest }) =>
      withSpec({ ...rest, value: { ...spec, podSelector: value } }),
    ),
    ...types.flatMap((type) =>
      mutateRules(rulesOf(spec, type), type.toLowerCase()).map(({ value, ...rest }) =>
        withSpec({ ...rest, value: { ...spec, ...section(type, value) } }),
      ),
    ),
  ];
}

function rulesOf({ egress = [], ingress = [] }: Spec, type: string): readonly Rule[] {
  return type === 'Egress'
    ? egress.map(({ to = [], ports = [] }) => ({ peers: to, ports }))
    : ingress.map(({ from = [], ports = [] }) => ({ peers: from, ports }));
}

function section(type: string, rules: readonly Rule[]): Pick<Spec, 'egress' | 'ingress'> {
  const ports = (rule: Rule) => (rule.ports.length > 0 ? { ports: [...rule.ports] } : {});
  return type === 'Egress'
    ? { egress: rules.map((rule) => ({ ...(rule.peers.length > 0 && { to: [...rule.peers] }), ...ports(rule) })) }
    : { ingress: rules.map((rule) => ({ ...(rule.peers.length > 0 && { from: [...rule.peers] }), ...ports(rule) })) };
}

function without(spec: Spec, type: string): Spec {
  const { egress, ingress, ...rest } = spec;
  return type === 'Egress' ? { ...rest, ...(ingress && { ingress }) } : { ...rest, ...(egress && { egress }) };
}

function mutateRules(rules: readonly Rule[], path: string): readonly Change<readonly Rule[]>[] {
  return rules.flatMap((rule, i) => {
    const where = `${path}[${i}]`;
    return [
      { operator: 'drop-rule' as const, where, value: dropAt(rules, i) },
      ...mutatePorts(rule.ports, where).map((change) => lift(change, (ports) => putAt(rules, i, { ...rule, ports }))),
      ...mutatePeers(rule.peers, where).map((change) => lift(change, (peers) => putAt(rules, i, { ...rule, peers }))),
    ];
  });
}

/** A list of which the last element goes would mean "all": that is an operator of its own. */
function mutatePorts(ports: readonly Port[], path: string): readonly Change<readonly Port[]>[] {
  if (ports.length === 0) return [];
  return [
    { operator: 'any-port', where: path, value: [] },
    ...ports.flatMap((port, i): Change<readonly Port[]>[] => {
      const where = `${path}.ports[${i}]`;
      const protocol = port.protocol === 'UDP' ? 'TCP' : 'UDP';
      return [
        ...(ports.length > 1 ? [{ operator: 'drop-port' as const, where, value: dropAt(ports, i) }] : []),
        { operator: 'other-protocol', where, value: putAt(ports, i, { ...port, protocol }) },
        ...(typeof port.port === 'number'
          ? [{ operator: 'other-port' as const, where, value: putAt(ports, i, shifted(port, port.port)) }]
          : []),
      ];
    }),
  ];
}

function shifted(port: Port, number: number): Port {
  return { ...port, port: number + 1, ...(port.endPort !== undefined && { endPort: port.endPort + 1 }) };
}

function mutatePeers(peers: readonly Peer[], path: string): readonly Change<readonly Peer[]>[] {
  if (peers.length === 0) return [];
  return [
    { operator: 'any-peer', where: path, value: [] },
    ...peers.flatMap((peer, i) => {
      const where = `${path}.peers[${i}]`;
      return [
        ...(peers.length > 1 ? [{ operator: 'drop-peer' as const, where, value: dropAt(peers, i) }] : []),
        ...mutatePeer(peer, where).map((change) =>
          lift(change, (made) => [...peers.slice(0, i), ...made, ...peers.slice(i + 1)]),
        ),
      ];
    }),
  ];
}

/** One peer becomes one other, or two. */
function mutatePeer(peer: Peer, where: string): readonly Change<readonly Peer[]>[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const widened: readonly Peer[] = ipBlock
    ? [{ ipBlock: { cidr: ipBlock.cidr.includes(':') ? '::/0' : '0.0.0.0/0' } }]
    : [
        ...(podSelector && !isEmpty(podSelector) ? [{ ...peer, podSelector: {} }] : []),
        ...(namespaceSelector && !isEmpty(namespaceSelector) ? [{ ...peer, namespaceSelector: {} }] : []),
        ...(podSelector && !namespaceSelector ? [{ podSelector, namespaceSelector: {} }] : []),
        ...(podSelector && namespaceSelector ? [{ podSelector }] : []),
      ];
  const apart = podSelector && namespaceSelector ? [[{ namespaceSelector }, { podSelector }]] : [];
  const selectors = [
    ...mutateSelector(podSelector ?? {}, `${where}.podSelector`).map((change) =>
      lift(change, (value): readonly Peer[] => [{ ...peer, podSelector: value }]),
    ),
    ...mutateSelector(namespaceSelector ?? {}, `${where}.namespaceSelector`).map((change) =>
      lift(change, (value): readonly Peer[] => [{ ...peer, namespaceSelector: value }]),
    ),
  ];
  return [
    ...widened.map((value) => ({ operator: 'widen-peer' as const, where, value: [value] })),
    ...apart.map((value) => ({ operator: 'and-to-or' as const, where, value })),
    ...selectors,
  ];
}

function mutateSelector(selector: Selector, where: string): readonly Change<Selector>[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const operator = 'wrong-label' as const;
  return [
    ...Object.entries(matchLabels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({
        operator,
        where: `${where}.${key}`,
        value: { ...selector, matchLabels: { ...matchLabels, [key]: `${value}-typo` } },
      })),
    ...matchExpressions.map((expression, i) => ({
      operator,
      where: `${where}.${expression.key}`,
      value: {
        ...selector,
        matchExpressions: putAt(matchExpressions, i, { ...expression, key: `${expression.key}-typo` }),
      },
    })),
  ];
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: Selector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function lift<T, U>({ value, ...rest }: Change<T>, put: (value: T) => U): Change<U> {
  return { ...rest, value: put(value) };
}

function dropAt<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, i) => i !== index);
}

function putAt<T>(list: readonly T[], index: number, value: T): T[] {
  return list.map((old, i) => (i === index ? value : old));
}
