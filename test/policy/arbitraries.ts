/** Random clusters, small and colliding on purpose: few labels, ports and addresses, so that rules often nearly match. */
import fc from 'fast-check';
import type {
  Flow,
  PolicyNamespace,
  PolicyObject,
  PolicyPod,
  PolicySnapshot,
  Protocol,
} from '../../src/policy/model.ts';

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];
const names = ['ns0', 'ns1', 'ns2'] as const;
const keys = ['app', 'tier', 'constructor'] as const;
const values = ['a', 'b', ''] as const;
const numbers = [80, 81, 443, 8080] as const;
const portNames = ['http', 'web'] as const;
const blocks = [
  '10.0.0.0/30',
  '10.0.0.4/31',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '8.8.8.8/32',
  '10.0.0.5/29',
  'fd00::/64',
] as const;
const outside = ['8.8.8.8', '203.0.113.9', '10.0.0.200'] as const;

const labels = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { maxKeys: 2 });
const protocol = fc.constantFrom(...protocols);

const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: fc.constantFrom(...keys), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);
const selector = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(requirement, { maxLength: 1 }) },
  { requiredKeys: [] },
);

const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector }),
  fc.record({ podSelector: selector, namespaceSelector: selector }),
  fc.record({
    ipBlock: fc.record({
      cidr: fc.constantFrom(...blocks),
      except: fc.array(fc.constantFrom('10.0.0.2/31', '10.0.0.4/32'), { maxLength: 1 }),
    }),
  }),
);
const port = fc.oneof(
  fc.record({ protocol }, { requiredKeys: [] }),
  fc.record({ protocol, port: fc.constantFrom<number | string>(...numbers, ...portNames) }, { requiredKeys: ['port'] }),
  fc.constant({ port: 80, endPort: 443 }),
);
const ingressRule = fc.record(
  { from: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const egressRule = ingressRule.map(({ from, ports }) => ({ ...(from && { to: from }), ...(ports && { ports }) }));
const direction = fc.constantFrom('Ingress', 'Egress');

export const kubernetesPolicy: fc.Arbitrary<PolicyObject> = fc
  .record({
    name: fc.constantFrom('p0', 'p1', 'p2', 'p3'),
    namespace: fc.constantFrom(...names),
    spec: fc.record(
      {
        podSelector: selector,
        policyTypes: fc.uniqueArray(direction, { minLength: 1 }),
        ingress: fc.array(ingressRule, { maxLength: 2 }),
        egress: fc.array(egressRule, { maxLength: 2 }),
      },
      { requiredKeys: ['podSelector'] },
    ),
  })
  .map(({ name, namespace, spec }) => object('networking.k8s.io/v1', 'NetworkPolicy', { name, namespace }, spec));

const calicoText = fc.constantFrom(
  "app == 'a'",
  "app != 'a'",
  'has(tier)',
  '!has(tier)',
  'all()',
  "app in {'a','b'}",
  "tier not in {'a'}",
  "app starts with 'a' || tier == 'b'",
  "kind == 'set'",
  "pcns.app == 'a'",
  "projectcalico.org/namespace == 'ns1'",
);
const namespaceText = fc.constantFrom('all()', 'global()', "projectcalico.org/name == 'ns1'", 'has(app)', "app == 'a'");
const entity = fc.record(
  {
    selector: calicoText,
    notSelector: calicoText,
    namespaceSelector: namespaceText,
    nets: fc.array(fc.constantFrom(...blocks), { minLength: 1, maxLength: 2 }),
    notNets: fc.array(fc.constantFrom(...blocks), { minLength: 1, maxLength: 1 }),
  },
  { requiredKeys: [] },
);
const calicoPorts = fc.array(fc.constantFrom<number | string>(...numbers, ...portNames, '80:443'), {
  minLength: 1,
  maxLength: 2,
});
const calicoRule = fc
  .record(
    {
      action: fc.constantFrom('Allow', 'Deny', 'Pass', 'Log'),
      protocol: fc.constantFrom('TCP', 'UDP', 6, 'ICMP'),
      notProtocol: fc.constantFrom('TCP', 'UDP'),
      source: entity,
      destination: entity,
      ports: calicoPorts,
      notPorts: calicoPorts,
    },
    { requiredKeys: ['action'] },
  )
  .map(({ ports, notPorts, destination, ...rule }) => ({
    ...rule,
    destination: { ...destination, ...(ports && { ports }), ...(notPorts && { notPorts }) },
  }));
const calicoSpec = fc.record(
  {
    tier: fc.constantFrom('default', 'tier0', 'tier1', 'nowhere'),
    order: fc.constantFrom(0, 10, 1000, 2000),
    selector: calicoText,
    types: fc.uniqueArray(direction, { minLength: 1 }),
    ingress: fc.array(calicoRule, { maxLength: 3 }),
    egress: fc.array(calicoRule, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

export const calicoPolicy: fc.Arbitrary<PolicyObject> = fc.oneof(
  fc
    .record({ name: fc.constantFrom('c0', 'c1'), namespace: fc.constantFrom(...names), spec: calicoSpec })
    .map(({ name, namespace, spec }) => object('projectcalico.org/v3', 'NetworkPolicy', { name, namespace }, spec)),
  fc
    .record({ name: fc.constantFrom('g0', 'g1'), spec: calicoSpec })
    .map(({ name, spec }) => object('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', { name }, spec)),
  fc
    .record({ name: fc.constantFrom('s0', 's1'), labels, nets: fc.array(fc.constantFrom(...blocks), { maxLength: 2 }) })
    .map(({ name, labels: own, nets }) =>
      object('projectcalico.org/v3', 'GlobalNetworkSet', { name, labels: { ...own, kind: 'set' } }, { nets }),
    ),
  fc
    .record({
      namespace: fc.constantFrom(...names),
      labels,
      nets: fc.array(fc.constantFrom(...blocks), { maxLength: 2 }),
    })
    .map(({ namespace, labels: own, nets }) =>
      object(
        'projectcalico.org/v3',
        'NetworkSet',
        { name: 's0', namespace, labels: { ...own, kind: 'set' } },
        { nets },
      ),
    ),
  fc
    .record({
      name: fc.constantFrom('tier0', 'tier1'),
      order: fc.constantFrom(5, 100, 2_000_000),
      defaultAction: fc.constantFrom('Deny', 'Pass'),
    })
    .map(({ name, ...spec }) => object('projectcalico.org/v3', 'Tier', { name }, spec)),
);

export const namespaceArbitrary: fc.Arbitrary<PolicyNamespace> = fc.record({ name: fc.constantFrom(...names), labels });

/** Every pod has addresses of its own. */
export const podArbitrary: fc.Arbitrary<PolicyPod> = fc
  .record({
    namespace: fc.constantFrom(...names),
    index: fc.integer({ min: 1, max: 8 }),
    labels,
    ports: fc.array(fc.record({ name: fc.constantFrom(...portNames), port: fc.constantFrom(...numbers), protocol }), {
      maxLength: 2,
    }),
    dual: fc.boolean(),
  })
  .map(({ namespace, index, labels: own, ports, dual }) => ({
    namespace,
    name: `pod${index}`,
    labels: own,
    ips: [
      `10.0.0.${index + 8 * names.indexOf(namespace)}`,
      ...(dual ? [`fd00::${names.indexOf(namespace)}:${index}`] : []),
    ],
    ports,
  }));

export const kubernetesSnapshot = snapshotOf(kubernetesPolicy);
export const mixedSnapshot = snapshotOf(fc.oneof(kubernetesPolicy, calicoPolicy));

function snapshotOf(policy: fc.Arbitrary<PolicyObject>): fc.Arbitrary<PolicySnapshot> {
  return fc.record({
    namespaces: fc.uniqueArray(namespaceArbitrary, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
    pods: fc.uniqueArray(podArbitrary, {
      selector: ({ namespace, name }) => `${namespace}/${name}`,
      minLength: 2,
      maxLength: 8,
    }),
    policies: fc.uniqueArray(policy, { selector: identity, maxLength: 7 }),
  });
}

export function identity({ kind, metadata, apiVersion }: PolicyObject): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Every ordered pair of the snapshot's addresses and some outside ones, on a few ports. */
export function flowsOf({ pods }: PolicySnapshot): readonly Flow[] {
  const addresses = [...pods.flatMap(({ ips }) => ips), ...outside];
  const flows: Flow[] = [];
  for (const sourceIp of addresses) {
    for (const destinationIp of addresses) {
      if (sourceIp.includes(':') !== destinationIp.includes(':')) continue;
      flows.push({ sourceIp, destinationIp, protocol: 'TCP', port: 80 });
      flows.push({ sourceIp, destinationIp, protocol: 'TCP', port: 9000 });
      flows.push({ sourceIp, destinationIp, protocol: 'UDP', port: 443 });
      flows.push({ sourceIp, destinationIp, protocol: 'ICMP', port: 0 });
    }
  }
  return flows;
}

function object(apiVersion: string, kind: string, metadata: Record<string, unknown>, spec: unknown): PolicyObject {
  return { apiVersion, kind, metadata, spec } as PolicyObject;
}
