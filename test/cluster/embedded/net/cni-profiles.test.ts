/** One policy, five network plugins: what a learner sees of the difference. */
import { expect, test } from 'vitest';
import type { CniName } from '../../../../src/cluster/embedded/net/cni-profiles.ts';
import { startLab } from '../images/lab-network.ts';

const serve = ['sh', '-c', 'mkdir -p /www && echo hello > /www/index.html && exec httpd -f -p 8080 -h /www'];

const egress = (rules: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec: {podSelector: {matchLabels: {app: client}}, policyTypes: [Egress], egress: ${rules}}
`;

async function askUnder(cni: CniName, rules: string) {
  const lab = await startLab({ cni });
  lab.runtime.setOutside([
    {
      name: 'api.example.com',
      addresses: ['203.0.113.5'],
      listens: [{ port: 80, protocol: 'TCP', http: { body: 'out\n' } }],
    },
  ]);
  const web = await lab.run({ name: 'web', namespace: 'shop', command: serve });
  const client = await lab.run({ name: 'client', namespace: 'shop', labels: { app: 'client' } });
  await lab.apply(egress(rules));
  return {
    pod: await client.exec('wget', '-qO-', '-T', '3', `http://${web.ip}:8080`),
    outside: await client.exec('wget', '-qO-', '-T', '3', 'http://203.0.113.5'),
  };
}

test.each(['calico', 'kindnet', 'cilium'] as const)('%s drops what nothing allows', async (cni) => {
  const { pod } = await askUnder(cni, '[]');
  expect(pod.stderr).toBe('wget: download timed out\n');
});

test('kube-router answers with ICMP, which a blocking client notices after a second', async () => {
  const { pod } = await askUnder('kube-router', '[]');
  expect(pod.stderr).toContain('Connection refused');
  expect(pod.seconds).toBe(1);
});

test('flannel accepts the policy and enforces nothing', async () => {
  const { pod } = await askUnder('flannel', '[]');
  expect(pod.stdout).toBe('hello\n');
});

test('an ipBlock of everything means pods for Calico, and only the world for Cilium', async () => {
  const everything = '[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]';
  const calico = await askUnder('calico', everything);
  expect([calico.pod.stdout, calico.outside.stdout]).toEqual(['hello\n', 'out\n']);
  const cilium = await askUnder('cilium', everything);
  expect([cilium.pod.status, cilium.outside.stdout]).toEqual([1, 'out\n']);
});
