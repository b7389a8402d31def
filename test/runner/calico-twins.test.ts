/** One Calico object served under two groups counts once; two of the same name in different places count twice. */
import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/objects.ts';
import { withoutTwins } from '../../src/runner/calico-twins.ts';

const policy = (group: string, name: string, namespace?: string, kind = 'NetworkPolicy'): KubeObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name, ...(namespace && { namespace }) },
});

test('a definition that the view shows as well is left out, with or without the name of its tier', () => {
  const view = policy('projectcalico.org', 'deny', 'shop');
  expect(withoutTwins([policy('crd.projectcalico.org', 'default.deny', 'shop'), view])).toEqual([view]);
  expect(withoutTwins([view, policy('crd.projectcalico.org', 'deny', 'shop')])).toEqual([view]);
});

test('whatever is in one place alone stays, in order', () => {
  const objects = [
    policy('crd.projectcalico.org', 'deny', 'shop'),
    policy('projectcalico.org', 'deny', 'bank'),
    policy('projectcalico.org', 'deny', undefined, 'GlobalNetworkPolicy'),
    policy('networking.k8s.io', 'deny', 'shop'),
  ];
  expect(withoutTwins(objects)).toEqual(objects);
});
