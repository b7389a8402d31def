/** Playing on kind from the command line, on stand-ins for its programs: every option arrives, and the cluster stays until it is taken down. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Machine, makeMachine } from '../cluster/kind/stand-ins.ts';
import { type Home, makeHome } from './program.ts';

let machine: Machine;
let home: Home;
beforeEach(async () => {
  machine = await makeMachine();
  home = await makeHome();
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await machine[Symbol.asyncDispose]();
});

test.skipIf(process.platform === 'win32')('a scenario on kind, in one command', { timeout: 90_000 }, async () => {
  const env = { ...machine.env, NETPOL_LAB_HOME: machine.home };
  const patch = join(home.folder, 'cgroup-v1.yaml');
  await writeFile(
    patch,
    'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nfailCgroupV1: false\n',
  );
  const { stdout, stderr, exitCode } = await home.run(
    [
      ...['start', 'selector-mismatch', '--on', 'kind', '--workers', '1', '--kubectl', 'builtin'],
      ...['--kind-image', 'my/node:v1.36.2', '--kind-config-patch', patch, '--calico-manifest', machine.manifest],
    ],
    env,
  );
  expect(exitCode, stdout + stderr).toBe(0);
  expect(stdout).toContain('SOLVED selector-mismatch\n');
  expect(stderr).toContain('kind cluster netpol stays for the next time');
  expect(await machine.calls()).toContain('kind create cluster --name netpol --image my/node:v1.36.2 --config');
  const config = parse(await readFile(join(machine.home, 'kind/netpol/kind.yaml'), 'utf8')) as {
    readonly nodes: readonly { readonly role: string }[];
    readonly kubeadmConfigPatches: readonly string[];
  };
  expect(config.nodes.map(({ role }) => role)).toEqual(['control-plane', 'worker']);
  expect(config.kubeadmConfigPatches[0]).toContain('failCgroupV1: false');

  const down = await home.run(['cluster', 'down', '--on', 'kind'], env);
  expect([down.exitCode, down.stderr]).toEqual([0, 'kind cluster "netpol" is removed\n']);
  expect(await machine.read('clusters')).toBe('');
});
