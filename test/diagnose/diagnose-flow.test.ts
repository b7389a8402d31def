import { describe, expect, test } from 'vitest';
import { type DiagnoseOptions, diagnoseFlow } from '../../src/diagnose/diagnose-flow.ts';
import { type FindingCode, findsCause } from '../../src/diagnose/finding.ts';
import { type ClusterObjects, resolveQuestion } from '../../src/diagnose/question.ts';
import { cluster } from './cluster.ts';

const denyEgress = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-egress, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}`;

const allowDns = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-dns, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
    ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]`;

const policy = (name: string, spec: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec: ${spec}`;

const outside = { 'google.com': ['203.0.113.80'] };

interface Ask {
  readonly host: string;
  readonly port: number;
  readonly from?: string;
  readonly options?: DiagnoseOptions;
}

function diagnose(objects: ClusterObjects, { host, port, from = 'shop/web', options }: Ask) {
  const [namespace = '', name = ''] = from.split('/');
  const asked = { source: { namespace, name }, host, port, protocol: 'TCP' as const, outside };
  const { snapshot, question } = resolveQuestion(objects, asked);
  return diagnoseFlow(snapshot, question, options);
}

const codes = (objects: ClusterObjects, ask: Ask): FindingCode[] =>
  diagnose(objects, ask).findings.map(({ code }) => code);

describe('a flow that is denied', () => {
  test('a name fails first at DNS, and the policy without rules is the one to look at', () => {
    const { findings, decidedBy, allowed } = diagnose(cluster(denyEgress), { host: 'google.com', port: 80 });
    expect(allowed).toBe(false);
    expect(decidedBy).toBe('NetworkPolicy shop/deny-egress isolates shop/web for egress, and no rule allows 53/UDP');
    expect(findings[0]).toMatchObject({
      code: 'egress-dns-blocked',
      object: 'NetworkPolicy shop/deny-egress',
      direction: 'Egress',
      next: 'kubectl -n shop describe networkpolicy deny-egress',
    });
    const cause = {
      object: 'NetworkPolicy shop/deny-egress',
      direction: 'Egress',
      finding: 'egress-isolated',
    } as const;
    expect(findsCause(findings, cause)).toBe(true);
    expect(findsCause(findings, { ...cause, direction: 'Ingress' })).toBe(false);
  });

  test('by address no DNS is involved', () => {
    expect(codes(cluster(denyEgress), { host: '203.0.113.80', port: 80 })).toEqual(['egress-isolated']);
  });

  test('DNS over UDP alone is found by its own code', () => {
    const udpOnly = allowDns.replace(', {protocol: TCP, port: 53}', '');
    expect(codes(cluster(udpOnly), { host: 'db', port: 80 })).toContain('egress-dns-tcp-blocked');
    expect(codes(cluster(allowDns), { host: 'db', port: 80 })).not.toContain('egress-dns-tcp-blocked');
  });

  test('a namespace label that nobody set is named', () => {
    const wrong = allowDns.replace('kubernetes.io/metadata.name: kube-system', 'name: kube-system');
    const { findings } = diagnose(cluster(wrong), { host: 'db', port: 80 });
    expect(findings.find(({ code }) => code === 'namespace-label-missing')).toMatchObject({
      object: 'NetworkPolicy shop/allow-dns',
      next: 'kubectl get namespace kube-system --show-labels',
    });
    expect(findings.map(({ code }) => code)).toContain('selector-matches-nothing');
  });

  const ingress = (rule: string) => policy('db', `{podSelector: {matchLabels: {app: db}}, ingress: [${rule}]}`);
  test.each([
    ['peer-label-missing', '{from: [{podSelector: {matchLabels: {app: web, tier: front}}}], ports: [{port: 5432}]}'],
    ['wrong-port', '{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 3306}]}'],
    ['service-port-in-rule', '{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}'],
    ['wrong-protocol', '{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432, protocol: UDP}]}'],
    ['named-port-undeclared', '{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: postgres}]}'],
    ['address-excepted', '{from: [{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.1.0/24]}}]}'],
    ['address-not-listed', '{from: [{ipBlock: {cidr: 10.0.0.0/24}}], ports: [{port: 5432}]}'],
    [
      'peer-in-other-namespace',
      '{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: front}}}], ports: [{port: 5432}]}',
    ],
    ['ingress-isolated', ''],
  ])('on the way in: %s', (code, rule) => {
    const { findings } = diagnose(cluster(ingress(rule)), { host: 'db', port: 80 });
    expect(findings[0]).toMatchObject({ code, object: 'NetworkPolicy shop/db', direction: 'Ingress' });
  });

  test('a podSelector alone does not reach into another namespace', () => {
    const objects = cluster(ingress('{from: [{podSelector: {matchLabels: {app: ui}}}]}'));
    expect(codes(objects, { from: 'front/ui', host: 'db.shop', port: 80 })[0]).toBe('peer-in-other-namespace');
  });

  const egress = (rule: string) =>
    policy('web', `{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [${rule}]}`);
  test('a rule for the ClusterIP never matches', () => {
    const objects = cluster(egress('{to: [{ipBlock: {cidr: 10.96.0.0/16}}]}'));
    expect(codes(objects, { host: '10.96.0.50', port: 80 })[0]).toBe('cluster-ip-in-rule');
  });

  test('selectors cannot mean an outside address', () => {
    const objects = cluster(egress('{to: [{namespaceSelector: {}}]}'));
    expect(codes(objects, { host: '203.0.113.80', port: 80 })[0]).toBe('selector-cannot-match-address');
  });

  test('both sides lack a rule', () => {
    const objects = cluster(denyEgress, ingress(''));
    const { findings } = diagnose(objects, { host: '10.96.0.50', port: 80 });
    const both = findings.filter(({ code }) => code === 'both-sides').map(({ object }) => object);
    expect(both).toEqual(['NetworkPolicy shop/deny-egress', 'NetworkPolicy shop/db']);
  });

  test('one address of two behind a name is allowed', () => {
    const objects = cluster(egress('{to: [{ipBlock: {cidr: 203.0.113.80/32}}]}'));
    const asked = {
      source: { namespace: 'shop', name: 'web' },
      host: 'api.example',
      port: 443,
      protocol: 'TCP' as const,
    };
    const pool = { 'api.example': ['203.0.113.80', '203.0.113.81'] };
    const { snapshot, question } = resolveQuestion(objects, { ...asked, outside: pool });
    expect(diagnoseFlow(snapshot, question).findings.map(({ code }) => code)).toContain('some-backends-blocked');
  });

  test("a Deny of Calico's is a rule that decides", () => {
    const calico = `
apiVersion: crd.projectcalico.org/v1
kind: GlobalNetworkPolicy
metadata: {name: no-web}
spec: {selector: app == 'web', types: [Egress], egress: [{action: Deny}]}`;
    const { findings } = diagnose(cluster(calico), { host: '203.0.113.80', port: 80 });
    expect(findings[0]).toMatchObject({ code: 'denied-by-rule', object: 'GlobalNetworkPolicy no-web' });
  });
});

describe('a flow that is open', () => {
  const wanted: DiagnoseOptions = { wanted: 'blocked' };
  test('because nothing isolates the pod', () => {
    expect(codes(cluster(), { host: '203.0.113.80', port: 80, options: wanted })).toEqual(['not-isolated']);
  });

  test('because an empty egress section without policyTypes isolates for ingress only', () => {
    const objects = cluster(policy('no-egress', '{podSelector: {}, egress: []}'));
    expect(codes(objects, { host: '203.0.113.80', port: 80, options: wanted })[0]).toBe('policy-types-omitted');
  });

  test('because a rule has no peers', () => {
    const objects = cluster(policy('web', '{podSelector: {}, policyTypes: [Egress], egress: [{ports: []}]}'));
    const [finding] = diagnose(objects, { host: '203.0.113.80', port: 80, options: wanted }).findings;
    expect(finding).toMatchObject({ code: 'rule-allows-all', object: 'NetworkPolicy shop/web' });
  });
});

describe('policy and observation disagree', () => {
  test('through although denied: nobody enforces', () => {
    const ask = { host: '203.0.113.80', port: 80, options: { observed: 'allowed' } } as const;
    expect(codes(cluster(denyEgress), ask)).toContain('not-enforced');
  });

  test('silence although allowed: another layer', () => {
    expect(codes(cluster(), { host: 'google.com', port: 80, options: { observed: 'blocked' } })).toEqual([
      'other-layer',
    ]);
  });

  test('refused although allowed: nobody listens', () => {
    expect(codes(cluster(), { host: 'db', port: 80, options: { observed: 'refused' } })).toEqual(['nobody-listens']);
  });

  test('no such name', () => {
    expect(codes(cluster(), { host: 'nowhere.example', port: 80, options: { observed: 'unresolved' } })).toEqual([
      'name-unknown',
    ]);
  });

  test('a hostNetwork pod is no subject', () => {
    const objects = cluster(denyEgress);
    const pods = objects.pods.map((pod) =>
      pod.metadata.name === 'web' ? { ...pod, spec: { ...pod.spec, containers: [], hostNetwork: true } } : pod,
    );
    const ask = { host: '203.0.113.80', port: 80, options: { wanted: 'blocked' } } as const;
    expect(codes({ ...objects, pods }, ask)).toEqual(['host-network']);
  });
});
