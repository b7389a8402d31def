/** `--cni` on the command line: a cluster keeps its plugin, and what a plugin cannot do is refused, never ignored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
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
