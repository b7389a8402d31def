import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createPolicyEngine, type EngineOptions } from '../../src/policy/engine.ts';
import { explainVerdict } from '../../src/policy/explain.ts';
import type { Flow, PolicyNamespace, PolicyObject, PolicyPod, Protocol } from '../../src/policy/model.ts';

const pods: readonly PolicyPod[] = [
  { namespace: 'shop', name: 'web', labels: { app: 'web', constructor: '' }, ips: ['10.0.0.1', 'fd00::1'], ports: [] },
  {
    namespace: 'shop',
    name: 'db',
    labels: { app: 'db' },
    ips: ['10.0.0.2', 'fd00::2'],
    ports: [
      { name: 'pg', port: 5432, protocol: 'TCP' },
      { name: 'pg', port: 5433, protocol: 'TCP' },
    ],
  },
  { namespace: 'ops', name: 'job', labels: { app: 'web' }, ips: ['10.0.1.1'], ports: [] },
];
const namespaces: readonly PolicyNamespace[] = [
  { name: 'shop', labels: { team: 'a' } },
  { name: 'ops', labels: {} },
];
const outside = '203.0.113.9';

const policy = (spec: string, name = 'p'): PolicyObject =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec: parse(spec),
  }) as PolicyObject;

function allows(
  specs: string | readonly string[],
  from: string,
  to: string,
  traffic = '80/TCP',
  options: EngineOptions = {},
): boolean {
  const policies = (typeof specs === 'string' ? [specs] : specs).map((spec, i) => policy(spec, `p${i}`));
  return createPolicyEngine({ namespaces, pods, policies }, options).judge(flow(from, to, traffic)).allowed;
}

function flow(from: string, to: string, traffic = '80/TCP'): Flow {
  const address = (name: string): string => pods.find((pod) => pod.name === name)?.ips[0] ?? name;
  const [port = '0', protocol = 'TCP'] = traffic.split('/');
  return { sourceIp: address(from), destinationIp: address(to), port: Number(port), protocol: protocol as Protocol };
}

describe('defaults', () => {
  test('`egress: []` without policyTypes isolates for ingress only', () => {
    expect(allows('{podSelector: {}, egress: []}', 'web', outside)).toBe(true);
    expect(allows('{podSelector: {}, egress: []}', outside, 'web')).toBe(false);
  });
  test('an egress rule without policyTypes isolates both ways', () => {
    expect(allows('{podSelector: {}, egress: [{ports: [{port: 443}]}]}', 'web', outside)).toBe(false);
    expect(allows('{podSelector: {}, egress: [{ports: [{port: 443}]}]}', outside, 'web')).toBe(false);
  });
  test('an ingress section under policyTypes [Egress] is ignored', () => {
    expect(allows('{podSelector: {}, policyTypes: [Egress], ingress: []}', outside, 'web')).toBe(true);
  });
  test('`ports: [{}]` means all of TCP and nothing else', () => {
    const spec = '{podSelector: {}, ingress: [{ports: [{}]}]}';
    expect(['1/TCP', '65535/TCP', '53/UDP', '0/ICMP'].map((t) => allows(spec, outside, 'web', t))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
  test('a rule without ports allows every protocol', () => {
    const spec = '{podSelector: {}, ingress: [{}]}';
    expect(['80/TCP', '53/UDP', '9/SCTP', '0/ICMP'].every((t) => allows(spec, outside, 'web', t))).toBe(true);
  });
  test('an empty list of ports or peers means all', () => {
    expect(allows('{podSelector: {}, ingress: [{from: [], ports: []}]}', outside, 'web')).toBe(true);
  });
});

describe('peers', () => {
  const from = (peers: string): string => `{podSelector: {}, ingress: [{from: [${peers}]}]}`;
  test.each([
    ['a podSelector alone means the own namespace', '{podSelector: {}}', { db: true, job: false, [outside]: false }],
    [
      'a namespaceSelector alone means all its pods',
      '{namespaceSelector: {}}',
      { db: true, job: true, [outside]: false },
    ],
    [
      'both in one element: AND',
      '{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}',
      { db: false, job: true },
    ],
    [
      'two elements: OR',
      '{namespaceSelector: {matchLabels: {team: a}}}, {podSelector: {matchLabels: {app: x}}}',
      { db: true, job: false },
    ],
    [
      'NotIn matches an absent label',
      '{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [a]}]}}',
      { db: false, job: true },
    ],
    [
      'a label may be called constructor',
      '{namespaceSelector: {}, podSelector: {matchExpressions: [{key: constructor, operator: Exists}]}}',
      { db: false, job: false },
    ],
    ['an ipBlock holds pods too', '{ipBlock: {cidr: 10.0.0.0/24}}', { db: true, job: false, [outside]: false }],
    ['a block with host bits is masked', '{ipBlock: {cidr: 10.0.0.77/24}}', { db: true, job: false }],
    [
      'except takes out of its own block',
      '{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/24]}}',
      { db: false, job: true, [outside]: true },
    ],
    [
      'another element may allow what one excepts',
      '{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/24]}}, {podSelector: {}}',
      { db: true },
    ],
  ])('%s', (_, peers, expected) => {
    for (const [source, allowed] of Object.entries(expected))
      expect([source, allows(from(peers), source, 'web')]).toEqual([source, allowed]);
  });

  test('an IPv4 block never holds IPv6', () => {
    expect(allows(from('{ipBlock: {cidr: 0.0.0.0/0}}'), 'fd00::2', 'fd00::1')).toBe(false);
    expect(allows(from('{ipBlock: {cidr: "::/0"}}'), 'fd00::2', 'fd00::1')).toBe(true);
    expect(allows(from('{podSelector: {}}'), 'fd00:0::2', 'fd00::1')).toBe(true);
  });

  test('where blocks do not hold pods, as in Cilium, only selectors reach them', () => {
    const world = from('{ipBlock: {cidr: 0.0.0.0/0}}');
    expect(allows(world, 'db', 'web', '80/TCP', { ipBlocksHoldPods: false })).toBe(false);
    expect(allows(world, outside, 'web', '80/TCP', { ipBlocksHoldPods: false })).toBe(true);
  });
});

describe('ports', () => {
  test('a named port means every port of that name and protocol on the destination', () => {
    const spec = '{podSelector: {}, ingress: [{ports: [{port: pg}]}]}';
    expect(['5432/TCP', '5433/TCP', '5432/UDP', '80/TCP'].map((t) => allows(spec, 'web', 'db', t))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(allows(spec, 'db', 'web', '5432/TCP')).toBe(false);
  });
  test('on the way out too, and never for an outside address', () => {
    const spec = '{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: pg}]}]}';
    expect(allows(spec, 'web', 'db', '5432/TCP')).toBe(true);
    expect(allows(spec, 'web', outside, '5432/TCP')).toBe(false);
  });
  test('endPort is inclusive', () => {
    const spec = '{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 82}]}]}';
    expect([79, 80, 82, 83].map((port) => allows(spec, outside, 'web', `${port}/TCP`))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
  test('an SCTP rule isolates and does not open TCP', () => {
    const spec = '{podSelector: {}, ingress: [{ports: [{port: 80, protocol: SCTP}]}]}';
    expect(allows(spec, outside, 'web')).toBe(false);
    expect(allows(spec, outside, 'web', '80/SCTP')).toBe(true);
  });
});

describe('who is asked', () => {
  const lockdown = '{podSelector: {}, policyTypes: [Ingress, Egress]}';
  test('a pod reaches itself, but not through a Service that leads back to it', () => {
    const engine = createPolicyEngine({ namespaces, pods, policies: [policy(lockdown)] });
    expect(engine.judge(flow('web', 'web')).egress.decision).toEqual({ by: 'loopback' });
    expect(engine.judge({ ...flow('web', 'web'), hairpin: true }).allowed).toBe(false);
  });
  test('two outside addresses ask nobody', () => {
    const engine = createPolicyEngine({ namespaces, pods, policies: [policy(lockdown)] });
    const { allowed, egress, ingress } = engine.judge(flow(outside, '198.51.100.1'));
    expect([allowed, egress.decision.by, ingress.decision.by]).toEqual([true, 'not-a-pod', 'not-a-pod']);
  });
  test('a policy in another namespace isolates nobody here', () => {
    expect(allows(lockdown, 'web', 'job')).toBe(false);
    expect(allows(lockdown, 'job', outside)).toBe(true);
  });
  test('an address that went to a younger pod stays with it when the older one is removed', () => {
    const engine = createPolicyEngine({
      namespaces,
      pods,
      policies: [policy('{podSelector: {matchLabels: {app: new}}}')],
    });
    engine.setPod({ namespace: 'shop', name: 'young', labels: { app: 'new' }, ips: ['10.0.1.1'], ports: [] });
    engine.removePod('ops', 'job');
    expect(engine.judge(flow(outside, '10.0.1.1')).allowed).toBe(false);
  });
  test('labels that change take effect at once', () => {
    const engine = createPolicyEngine({
      namespaces,
      pods,
      policies: [policy('{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}')],
    });
    expect(engine.judge(flow('job', 'web')).allowed).toBe(false);
    engine.setNamespace({ name: 'ops', labels: { team: 'b' } });
    expect(engine.judge(flow('job', 'web')).allowed).toBe(true);
  });
});

describe('the sentence', () => {
  const names = { source: 'shop/web', destination: 'kube-system/coredns' };
  const tell = (policies: readonly PolicyObject[], asked: Flow): string =>
    explainVerdict(createPolicyEngine({ namespaces, pods, policies }).judge(asked), asked, names);
  const deny = policy('{podSelector: {}, policyTypes: [Egress]}', 'default-deny');

  test('names who isolates, whom, and which port no rule allows', () => {
    expect(tell([deny], flow('web', outside, '53/TCP'))).toBe(
      'NetworkPolicy shop/default-deny isolates shop/web for egress, and no rule allows 53/TCP',
    );
  });
  test('names several policies in a fixed order', () => {
    const other = policy('{podSelector: {}, policyTypes: [Egress]}', 'a-deny');
    expect(tell([deny, other], flow('web', outside, '53/UDP'))).toBe(
      'NetworkPolicy shop/a-deny and NetworkPolicy shop/default-deny isolate shop/web for egress, and no rule allows 53/UDP',
    );
  });
  test('names the rule that allows, as people count', () => {
    const rule = policy(
      '{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 1}]}, {ports: [{port: 80}]}]}',
      'web',
    );
    expect(tell([rule], flow('web', outside))).toBe(
      'NetworkPolicy shop/web allows 80/TCP to kube-system/coredns by egress rule 2',
    );
  });
  test('says when nobody isolates', () => {
    expect(tell([], flow('web', outside))).toBe('no policy isolates shop/web for egress');
  });
  test("says that a rule of Calico's denies", () => {
    const calico = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'no' },
      spec: { types: ['Egress'], egress: [{ action: 'Deny' }] },
    };
    expect(tell([calico as unknown as PolicyObject], flow('web', outside))).toBe(
      'GlobalNetworkPolicy no denies 80/TCP to kube-system/coredns by egress rule 1',
    );
  });
});
