import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedCluster, type EmbeddedCluster } from '../../src/cluster/embedded/cluster.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import { parseManifests } from '../../src/kube/yaml.ts';
import { type Home, makeHome, self } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'matrix with space '));
afterAll(() => rmSync(folder, { recursive: true }));

const pods = ['web', 'db'].map(
  (name) =>
    `apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: ${name}, namespace: shop, labels: {app: ${name}}}\r\nspec: {containers: [{name: c}]}\r\n`,
);
const deny =
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {matchLabels: {app: db}}}\n';
mkdirSync(join(folder, 'before'));
mkdirSync(join(folder, 'after', 'policies'), { recursive: true });
for (const side of ['before', 'after']) writeFileSync(join(folder, side, 'pods.yaml'), pods.join('---\n'));
writeFileSync(join(folder, 'after', 'policies', 'deny.yml'), deny);
writeFileSync(join(folder, 'broken.yaml'), 'a: [\n');

function matrix(args: readonly string[], input = ''): { stdout: string; stderr: string; status: number | null } {
  const [program, ...rest] = self;
  return spawnSync(program, [...rest, 'matrix', ...args], { cwd: folder, encoding: 'utf8', input });
}

describe('netpol-lab matrix', () => {
  test('reads a folder with its subfolders and prints flows as CSV', () => {
    const { stdout, stderr, status } = matrix(['-f', 'after', '--output', 'csv']);
    expect({ stdout, stderr, status }).toEqual({
      stdout:
        'source,destination,port,state,allowed,pairs\nshop/db,shop/web,80/TCP,allowed,1,1\nshop/web,shop/db,80/TCP,denied,0,1\n',
      stderr: '',
      status: 0,
    });
  });

  test('reads standard input and asks the port that it is told to', () => {
    const { stdout } = matrix(['-f', '-', '--port', '53/udp', '--output', 'json'], `${pods.join('---\n')}---\n${deny}`);
    const { flows } = JSON.parse(stdout) as { flows: { port: string; state: string }[] };
    expect(flows.map(({ port, state }) => `${port} ${state}`)).toEqual(['53/UDP allowed', '53/UDP denied']);
  });

  test('shows what a change closes', () => {
    expect(matrix(['--diff', 'before', 'after']).stdout).toBe(
      '- shop/web -> shop/db   80/TCP   closed: allowed -> denied\n',
    );
    expect(matrix(['--diff', 'after', 'before']).stdout).toContain('opened: denied -> allowed');
  });

  test.each([
    [['-f', 'broken.yaml'], 'broken.yaml:'],
    [['-f', 'nowhere'], 'cannot read nowhere'],
    [['--diff', 'before'], '--diff takes two paths, not 1'],
    [['-f', 'before', '--diff', 'before', 'after'], '--diff reads the two paths that it names'],
    [['-f', 'before', '--name', 'netpol'], 'manifests or a cluster, not both'],
    [['-f', 'before', '--outside', 'google.com'], '--outside takes an IP address'],
    [['-f', 'before', '--port', 'http'], 'Expected a port'],
  ])('refuses %j with exit code 2', (args, message) => {
    const { stderr, stdout, status } = matrix(args);
    expect(stderr).toContain(message);
    expect([stdout, status]).toEqual(['', 2]);
  });
});

describe('netpol-lab matrix of a cluster', () => {
  let home: Home;
  let cluster: EmbeddedCluster;
  let kubeconfig: string;
  beforeAll(async () => {
    home = await makeHome();
    kubeconfig = join(home.folder, 'cluster');
    const identity = { name: 'netpol', contextName: 'mine' };
    cluster = await createEmbeddedCluster({ ...identity, clock: virtualClock(), seed: 1, kubeconfigPath: kubeconfig });
    const client = createKubeClient(await readKubeconfig(kubeconfig));
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, 'test');
    const { manifests } = parseManifests(`${pods.join('---\n')}---\n${deny}`, 'test.yaml');
    for (const { object } of manifests) {
      const spec = { containers: [{ name: 'c', image: 'nginx' }] };
      await client.create(object.kind === 'Pod' ? { ...object, spec } : object, 'test');
    }
    client.close();
    const hasAddress = (pod: unknown): boolean => Boolean((pod as { status?: { podIP?: string } }).status?.podIP);
    while (!cluster.machinery.list('pods', 'shop').every(hasAddress)) await new Promise((go) => setTimeout(go, 10));
  });
  afterAll(async () => {
    await cluster.close();
    await home[Symbol.asyncDispose]();
  });

  const expected = expect.stringContaining('shop/web,shop/db,80/TCP,denied,0,1\n');

  test('by kubeconfig, and by a context of any file that KUBECONFIG lists', async () => {
    const args = ['matrix', '--output', 'csv', '--namespace', 'shop'];
    const byPath = await home.run([...args, '--kubeconfig', kubeconfig]);
    expect(byPath).toMatchObject({ stdout: expected, stderr: '', exitCode: 0 });
    const files = [join(folder, 'nowhere'), kubeconfig].join(delimiter);
    const byContext = await home.run([...args, '--context', 'mine'], { KUBECONFIG: files });
    expect(byContext.stdout).toBe(byPath.stdout);
    const unknown = await home.run([...args, '--context', 'yours'], { KUBECONFIG: kubeconfig });
    expect(unknown).toMatchObject({ stdout: '', exitCode: 4 });
    expect(unknown.stderr).toContain('has no context "yours"');
  });

  test('names what runs on the nodes network once for each owner', async () => {
    const { stdout, stderr } = await home.run(['matrix', '--kubeconfig', kubeconfig]);
    expect(stdout).toContain('shop/db');
    expect(stderr).toMatch(
      /^not in the table, .*: DaemonSet kube-system\/calico-node, DaemonSet kube-system\/kube-proxy, Pod/,
    );
    expect(stderr.match(/calico-node/g)).toHaveLength(1);
  });
});
