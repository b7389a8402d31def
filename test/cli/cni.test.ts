/** `--cni` on the command line: a cluster keeps its plugin, and what a plugin cannot do is refused, never ignored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { type Home, makeHome } from './program.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home[Symbol.asyncDispose]());

test('a detached cluster runs the plugin that it was asked for, and another start does not change it', async () => {
  const up = await home.run(['cluster', 'up', '--detach', '--name', 'other', '--cni', 'flannel']);
  expect(up.exitCode).toBe(0);
  const pods = await home.run(['kubectl', 'get', 'daemonsets', '-A', '-o', 'name']);
  expect(pods.stdout).toContain('kube-flannel-ds');
  const another = await home.run(['start', 'firewall-restriction', '--auto', '--name', 'other', '--cni', 'cilium']);
  expect(another).toMatchObject({ exitCode: 4, stdout: '' });
  expect(another.stderr).toContain('the cluster "other" is running with flannel, not cilium');
  const unmet = await home.run(['start', 'firewall-restriction', '--auto', '--name', 'other']);
  expect(unmet).toMatchObject({ exitCode: 3, stdout: '' });
  expect(unmet.stderr).toContain('cannot be played on embedded with flannel: it has no enforces-policy');
});

test.each([
  ['cilium', 80, 'blocked', 'Cilium, to which an ipBlock never means a pod', 'does not reach'],
  ['flannel', 81, 'refused', 'Flannel ignores every policy', 'reaches'],
] as const)('why and matrix judge as %s does', async (cni, port, seen, says, verb) => {
  const target = ['--name', cni] as const;
  await home.run(['cluster', 'up', '--detach', ...target, '--cni', cni, '--clock', 'virtual']);
  const { stdout } = await home.run(['cluster', 'list', '--output', 'json']);
  const { clusters } = JSON.parse(stdout) as { clusters: { name: string; kubeconfig: string }[] };
  const kubeconfig = clusters.find(({ name }) => name === cni)?.kubeconfig ?? '';
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  for (const object of blockForAll) await client.apply(object, 'test');
  const kubectl = (...args: string[]) => home.run(['kubectl', ...args], { NETPOL_LAB_CLUSTER: cni });
  await kubectl('wait', '--for=condition=Ready', 'pod', 'server', 'client', '--timeout=60s');
  const { stdout: ip } = await kubectl('get', 'pod', 'server', '-o', 'jsonpath={.status.podIP}');
  client.close();
  const why = await home.run(['why', 'default/client', `${ip}:${port}`, ...target, '--output', 'json']);
  expect(JSON.parse(why.stdout)).toMatchObject({
    observation: { outcome: seen },
    allowed: verb === 'reaches',
    plugin: says,
  });
  const matrix = await home.run(['matrix', '--namespace', 'default', '--accessible', ...target]);
  expect(matrix.stdout).toContain(`default/client ${verb} default/server 80/TCP`);
  expect(matrix.stderr).toContain(says);
});

const pod = (name: string, image: string, command: string[] = []): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name, image, ...(command.length > 0 && { command }) }] },
});
const blockForAll: readonly KubeObject[] = [
  pod('server', 'nginx:1.27'),
  pod('client', 'busybox:1.36', ['sleep', '3600']),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'block', namespace: 'default' },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ protocol: 'TCP', port: 80 }] }],
    },
  },
];

test('a scenario is played under another plugin', async () => {
  const played = await home.run([
    'start',
    'firewall-restriction',
    '--auto',
    '--cni',
    'kindnet',
    '--kubectl',
    'builtin',
  ]);
  expect(played.exitCode).toBe(0);
}, 30_000);

test.each([
  [['start', 'firewall-restriction', '--cni', 'flannel'], 3, 'embedded with flannel: it has no enforces-policy'],
  [['start', 'firewall-restriction', '--cni', 'weave'], 2, 'Allowed choices are calico, kube-router'],
  [['cluster', 'up', '--cni', 'weave'], 2, 'Allowed choices are calico, kube-router'],
])('%j exits with %i', async (args, exitCode, message) => {
  const refused = await home.run(args);
  expect(refused).toMatchObject({ exitCode, stdout: '' });
  expect(refused.stderr).toContain(message);
});
