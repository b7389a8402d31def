/** ClusterNetworkPolicy around the tier of NetworkPolicies, and Calico rules that name Services and ServiceAccounts. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/kube/objects.ts';
import { namesService, withServiceEndpoints } from '../../src/policy/calico-services.ts';
import { createCompiledEngine } from '../../src/policy/compiled/engine.ts';
import { createPolicyEngine } from '../../src/policy/engine.ts';
import type { PolicyPod } from '../../src/policy/model.ts';

const pod = (name: string, ip: string, more: Partial<PolicyPod> = {}): PolicyPod => ({
  namespace: 'shop',
  name,
  labels: { app: name },
  ips: [ip],
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  ...more,
});
const pods = [
  pod('web', '10.0.0.1'),
  pod('cart', '10.0.0.2', { serviceAccount: 'cart', serviceAccountLabels: { team: 'red' } }),
  pod('job', '10.0.0.3', { serviceAccount: 'job', serviceAccountLabels: { team: 'blue' } }),
];
const namespaces = [{ name: 'shop', labels: { tier: 'front' } }];

/** Both engines must agree. */
function reaches(policies: readonly string[], from: string, to: string, port = 8080): boolean {
  const snapshot = { namespaces, pods, policies: policies.map((text) => parse(text) as KubeObject).map(known) };
  const address = (name: string): string => pods.find((candidate) => candidate.name === name)?.ips[0] ?? name;
  const flow = { sourceIp: address(from), destinationIp: address(to), protocol: 'TCP', port } as const;
  const verdict = createPolicyEngine(snapshot).judge(flow).allowed;
  expect(createCompiledEngine(snapshot).allowed(flow)).toBe(verdict);
  return verdict;
}

function known(policy: KubeObject): KubeObject {
  if (!namesService(policy)) return policy;
  return withServiceEndpoints(policy, (namespace, name) =>
    namespace === 'shop' && name === 'web' ? [{ ip: '10.0.0.1', protocol: 'TCP', port: 8080 }] : [],
  );
}

const cluster = (spec: string, name = 'c') => `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: ${name}}
spec: ${spec}
`;
const web = '{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}';
const cart = '{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: cart}}}}';
const isolateWeb = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: isolate, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
`;

describe('a ClusterNetworkPolicy', () => {
  test('of tier Admin decides before NetworkPolicies, and leaves what it passes and what it does not name to them', () => {
    const admin = (action: string) =>
      cluster(`{tier: Admin, priority: 1, subject: ${web}, ingress: [{action: ${action}, from: [${cart}]}]}`);
    expect(reaches([admin('Deny')], 'cart', 'web')).toBe(false);
    expect(reaches([admin('Deny')], 'job', 'web')).toBe(true);
    expect(reaches([admin('Accept'), isolateWeb], 'cart', 'web')).toBe(true);
    expect(reaches([admin('Pass'), isolateWeb], 'cart', 'web')).toBe(false);
    expect(reaches([admin('Accept'), isolateWeb], 'job', 'web')).toBe(false);
  });

  test('of tier Baseline is asked only where no NetworkPolicy isolates', () => {
    const baseline = cluster(
      `{tier: Baseline, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [${cart}]}]}`,
    );
    const allow = isolateWeb.replace('policyTypes: [Ingress]', 'ingress: [{}]');
    expect(reaches([baseline], 'cart', 'web')).toBe(false);
    expect(reaches([baseline, allow], 'cart', 'web')).toBe(true);
  });

  test('goes by priority, ports and networks, and closes on a peer that nobody understands', () => {
    const rule = (priority: number, action: string, more: string) =>
      cluster(
        `{tier: Admin, priority: ${priority}, subject: {namespaces: {}}, egress: [{action: ${action}, ${more}}]}`,
        `p${priority}`,
      );
    const denyAll = rule(2, 'Deny', 'to: [{networks: [0.0.0.0/0]}]');
    const port = '{tcp: {destinationPort: {range: {start: 8000, end: 8080}}}}';
    const first = rule(1, 'Accept', `to: [{networks: [10.0.0.1/32]}], protocols: [${port}]`);
    expect(reaches([denyAll, first], 'cart', 'web')).toBe(true);
    expect(reaches([denyAll, first], 'cart', 'web', 9000)).toBe(false);
    expect(reaches([rule(1, 'Pass', 'to: [{planets: [mars]}]')], 'cart', 'web')).toBe(false);
  });
});

const calico = (rules: string) => `
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: ${rules}
`;

test('a Calico rule that names a Service means its endpoints at their port', () => {
  const toWeb = calico(
    "{selector: app == 'cart', types: [Egress], egress: [{action: Allow, destination: {services: {name: web}}}]}",
  );
  expect(reaches([toWeb], 'cart', 'web')).toBe(true);
  expect(reaches([toWeb], 'cart', 'web', 9000)).toBe(false);
  expect(reaches([toWeb], 'cart', 'job')).toBe(false);
  const gone = toWeb.replace('name: web}}}', 'name: gone}}}');
  expect(reaches([gone], 'cart', 'web')).toBe(false);
  const fromWeb = calico(
    "{selector: app == 'cart', types: [Ingress], ingress: [{action: Allow, source: {services: {name: web}}}]}",
  );
  expect(reaches([fromWeb], 'web', 'cart', 9000)).toBe(true);
  expect(reaches([fromWeb], 'job', 'cart')).toBe(false);
});

test('service accounts are selected by their own labels', () => {
  const rule = (source: string) =>
    calico(`{selector: app == 'web', types: [Ingress], ingress: [{action: Allow, source: ${source}}]}`);
  for (const source of [`{serviceAccounts: {selector: "team == 'red'"}}`, `{selector: "pcsa.team == 'red'"}`]) {
    expect(reaches([rule(source)], 'cart', 'web')).toBe(true);
    expect(reaches([rule(source)], 'job', 'web')).toBe(false);
  }
});
