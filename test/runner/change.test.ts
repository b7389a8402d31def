import { describe, expect, it } from 'vitest';
import type { DiscoveredType } from '../../src/kube/client.ts';
import { kindsTouchedBy } from '../../src/runner/change.ts';

const type = (kind: string, group: string, resource: string, shortNames: readonly string[] = []): DiscoveredType => ({
  kind,
  group,
  version: 'v1',
  resource,
  singular: kind.toLowerCase(),
  shortNames,
  namespaced: kind !== 'Namespace',
  categories: [],
  verbs: ['list', 'delete'],
});
const types = [
  type('Pod', '', 'pods', ['po']),
  type('Namespace', '', 'namespaces', ['ns']),
  type('Deployment', 'apps', 'deployments', ['deploy']),
  type('NetworkPolicy', 'networking.k8s.io', 'networkpolicies', ['netpol']),
  type('Tier', 'crd.projectcalico.org', 'tiers'),
];
const pods = [
  'Pod',
  'Deployment.apps',
  'ReplicaSet.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'Job.batch',
  'CronJob.batch',
];

const touched = (...commands: readonly string[]) => {
  const change = { objects: [], commands: commands.map((text) => ({ text, argv: text.split(' ') })) };
  const kinds = kindsTouchedBy(change, types);
  return kinds && [...kinds].sort();
};

describe('kinds that a change touches', () => {
  it('are those of its objects, and for pods those of all workloads', () => {
    const metadata = { name: 'a' };
    const objects = [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata }];
    expect(kindsTouchedBy({ objects, commands: [] }, types)).toEqual(new Set(['NetworkPolicy.networking.k8s.io']));
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata };
    expect(kindsTouchedBy({ objects: [pod], commands: [] }, types)).toEqual(new Set(pods));
  });

  it('are those that its commands name', () => {
    expect(touched('kubectl -n shop delete netpol a b')).toEqual(['NetworkPolicy.networking.k8s.io']);
    expect(touched('kubectl label namespace shop team=web')).toEqual(['Namespace']);
    expect(touched('kubectl delete tier a')).toEqual(['Tier.crd.projectcalico.org', 'Tier.projectcalico.org']);
    expect(touched('kubectl -n shop patch deploy a -p {}', 'kubectl -n shop rollout status deployment/a')).toEqual(
      [...pods].sort(),
    );
  });

  it.each([
    'kubectl delete namespace shop',
    'kubectl delete ns shop',
    'kubectl apply -f fix.yaml',
    'kubectl delete -f fix.yaml',
    'kubectl delete all --all',
    'kubectl delete pod,netpol --all',
    'kubectl delete pod/a netpol/b',
    'kubectl -n shop exec deploy/a -- rm -r /',
    'kubectl --context other delete pod a',
    'sh fix.sh',
  ])('are not known of %s', (command) => {
    expect(touched('kubectl delete pod a', command)).toBeUndefined();
  });
});
