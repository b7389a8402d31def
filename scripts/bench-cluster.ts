/**
 * Makes clusters of a given size from a seed, shaped like real ones: 20 pods a namespace, default deny in every namespace (a
 * third of them for egress too), allow rules by labels, by namespace and by address block with exceptions.
 */
import { type Random, seededRandom } from '../src/kit/random.ts';
import type { NetworkPolicy } from '../src/kube/objects.ts';
import type { PolicyPod, PolicySnapshot } from '../src/policy/model.ts';

const apps = ['api', 'cache', 'db', 'queue', 'web', 'worker'] as const;
const tiers = ['back', 'edge', 'front'] as const;
const teams = ['blue', 'green', 'red', 'yellow'] as const;
const ports = [80, 443, 5432, 8080, 9090] as const;

export interface ClusterSize {
  readonly pods: number;
  readonly policies: number;
  readonly seed: number;
  /** Pods come as deployments of this many replicas with equal labels; default 1: each pod has labels of its own. */
  readonly replicas?: number;
}

export function makeCluster({
  pods: podCount,
  policies: policyCount,
  seed,
  replicas = 1,
}: ClusterSize): PolicySnapshot {
  const random = seededRandom(`bench ${seed} ${podCount} ${policyCount} ${replicas}`);
  const perNamespace = Math.max(20, replicas * 4);
  const names = Array.from(
    { length: Math.max(2, Math.ceil(podCount / perNamespace)) },
    (_, i) => `ns-${String(i).padStart(3, '0')}`,
  );
  const namespaces = names.map((name, i) => ({
    name,
    labels: {
      'kubernetes.io/metadata.name': name,
      team: teams[i % teams.length] ?? '',
      env: i % 3 === 0 ? 'prod' : 'dev',
    },
  }));
  let labels: Readonly<Record<string, string>> = {};
  const pods = Array.from({ length: podCount }, (_, i): PolicyPod => {
    if (i % replicas === 0)
      labels = { app: random.pick(apps), tier: random.pick(tiers), release: `r${random.integer(4)}` };
    return {
      namespace: names[Math.floor(i / perNamespace) % names.length] ?? '',
      name: `pod-${String(i).padStart(5, '0')}`,
      labels: { ...labels, instance: `i${Math.floor(i / replicas)}` },
      ips: [`10.${128 + (i >>> 16)}.${(i >>> 8) & 255}.${i & 255}`],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    };
  });
  const policies = Array.from({ length: policyCount }, (_, i) => {
    const namespace = names[i % names.length] ?? '';
    return i < names.length ? defaultDeny(namespace, i) : allowPolicy(random, namespace, i, names);
  });
  return { namespaces, pods, policies };
}

function defaultDeny(namespace: string, index: number): NetworkPolicy {
  const policyTypes = index % 3 === 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  return policyOf(namespace, 'default-deny', { podSelector: {}, policyTypes });
}

/** One rule for each direction that it polices; every tenth is by address block. */
export function allowPolicy(random: Random, namespace: string, index: number, names: readonly string[]): NetworkPolicy {
  const peers = index % 10 === 0 ? [blockPeer(random)] : labelPeers(random, names);
  const rulePorts =
    random.next() < 0.8
      ? [
          { protocol: 'TCP', port: random.pick(ports) },
          { protocol: 'TCP', port: random.pick(ports) },
        ]
      : [];
  const egress = index % 3 === 0;
  return policyOf(namespace, `allow-${index}`, {
    podSelector: { matchLabels: { app: random.pick(apps) } },
    policyTypes: egress ? ['Ingress', 'Egress'] : ['Ingress'],
    ingress: [{ from: peers, ports: rulePorts }],
    ...(egress && { egress: [{ to: labelPeers(random, names), ports: rulePorts }] }),
  });
}

function labelPeers(random: Random, names: readonly string[]) {
  const podSelector = { matchLabels: { app: random.pick(apps) } };
  switch (random.integer(4)) {
    case 0:
      return [{ podSelector }];
    case 1:
      return [{ podSelector, namespaceSelector: { matchLabels: { team: random.pick(teams) } } }];
    case 2:
      return [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': random.pick(names) } } },
        { podSelector },
      ];
    default:
      return [
        {
          podSelector: {
            matchExpressions: [{ key: 'tier', operator: 'In', values: [random.pick(tiers), random.pick(tiers)] }],
          },
        },
      ];
  }
}

function blockPeer(random: Random) {
  const second = 128 + random.integer(2);
  return {
    ipBlock: {
      cidr: `10.${second}.0.0/16`,
      except: [`10.${second}.${random.integer(40)}.0/24`, `10.${second}.64.0/18`],
    },
  };
}

function policyOf(namespace: string, name: string, spec: unknown): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name },
    spec,
  } as NetworkPolicy;
}
