/** The same policies on the whole cluster under each network plugin: what docs/cni-profiles.md says that a learner sees. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type CniName, cniNames } from '../../../../src/cluster/embedded/net/cni-profiles.ts';
import { createKubeClient } from '../../../../src/kube/create-client.ts';
import type { Pod } from '../../../../src/kube/objects.ts';
import { condition, openLab, podYaml, type TestLab } from './lab.ts';

const policies = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-db}
spec: {podSelector: {matchLabels: {app: db}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: everywhere}
spec: {podSelector: {matchLabels: {app: bound}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}
---
apiVersion: crd.projectcalico.org/v1
kind: NetworkPolicy
metadata: {name: deny-api}
spec: {selector: app == 'api', types: [Ingress], ingress: [{action: Deny}]}
`;

interface Seen {
  readonly plugin: string;
  readonly denied: string;
  readonly cidrToPod: string;
  readonly cidrToWorld: string;
  readonly calicoPolicy: string;
  readonly annotated: boolean;
}

const enforced = {
  denied: 'timed out',
  cidrToPod: 'allowed',
  cidrToWorld: 'allowed',
  calicoPolicy: 'allowed',
  annotated: false,
};

const expected: Readonly<Record<CniName, Seen>> = {
  calico: { ...enforced, plugin: 'kube-system/calico-node', calicoPolicy: 'timed out', annotated: true },
  'kube-router': { ...enforced, plugin: 'kube-system/kube-router', denied: 'refused' },
  kindnet: { ...enforced, plugin: 'kube-system/kindnet' },
  cilium: { ...enforced, plugin: 'kube-system/cilium', cidrToPod: 'timed out' },
  flannel: { ...enforced, plugin: 'kube-flannel/kube-flannel-ds', denied: 'allowed' },
};

describe('a cluster with the network plugin', () => {
  test.each(cniNames)('%s does with the same policies what its documentation says', async (cni) => {
    const hosts = [
      {
        name: 'world.example',
        addresses: ['203.0.113.7'],
        listens: [{ port: 80, protocol: 'TCP', http: { body: 'x' } }],
      },
    ] as const;
    await using lab = await openLab({ cni, outside: hosts });
    for (const name of ['web', 'db', 'api']) lab.apply(podYaml(name, 'image: nginx'));
    for (const name of ['free', 'bound']) lab.apply(podYaml(name, 'image: busybox, command: [sleep, 1d]'));
    const names = ['web', 'db', 'api', 'free', 'bound'];
    await lab.until(() => names.every((name) => condition(lab.pod(name), 'Ready')?.status === 'True'));
    lab.apply(policies);
    await lab.seconds(2);
    const [web, db, api] = ['web', 'db', 'api'].map((name) => lab.pod(name).status?.podIP ?? '');
    const seen: Seen = {
      plugin: pluginOf(lab),
      denied: await wget(lab, 'free', `${db}`),
      cidrToPod: await wget(lab, 'bound', `${web}`),
      cidrToWorld: await wget(lab, 'bound', '203.0.113.7'),
      calicoPolicy: await wget(lab, 'free', `${api}`),
      annotated: 'cni.projectcalico.org/podIP' in (lab.pod('web').metadata.annotations ?? {}),
    };
    expect(seen).toEqual(expected[cni]);
  });

  test('each has a section in the documentation', async () => {
    const text = await readFile(new URL('../../../../docs/cni-profiles.md', import.meta.url), 'utf8');
    const sections = [...text.matchAll(/^\| `([a-z][a-z-]*)`/gm)].map(([, name]) => name);
    expect(sections).toEqual([...cniNames]);
  });
});

/** The DaemonSet that is no kube-proxy, if it runs on every node. */
function pluginOf(lab: TestLab): string {
  const sets = lab.machinery.list('daemonsets.apps').filter(({ metadata }) => metadata.name !== 'kube-proxy');
  const pods = lab.machinery.list('pods') as unknown as Pod[];
  expect(pods.every((pod) => condition(pod, 'Ready')?.status === 'True')).toBe(true);
  return sets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(' ');
}

async function wget({ cluster }: TestLab, from: string, ip: string): Promise<string> {
  const { url, caPem, clientCertPem, clientKeyPem } = cluster;
  const client = createKubeClient({
    server: url,
    ca: caPem,
    cert: clientCertPem,
    key: clientKeyPem,
    namespace: 'default',
    context: 'test',
    insecure: false,
    headers: async () => ({}),
  });
  let output = '';
  try {
    const collect = (bytes: Uint8Array): void => {
      output += Buffer.from(bytes).toString();
    };
    const argv = ['wget', '-qO-', '-T', '3', `http://${ip}`];
    const { exitCode } = await client.exec('default', from, undefined, argv, { onStdout: collect, onStderr: collect });
    if (exitCode === 0) return 'allowed';
    return /timed out|refused/.exec(output)?.[0] ?? output;
  } finally {
    client.close();
  }
}
