/** The flow log as people ask for it: over the API of a real embedded cluster, selected, followed, and refused elsewhere. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedCluster, type EmbeddedCluster } from '../../src/cluster/embedded/cluster.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import { type LabServer, startServer } from '../cluster/embedded/http/lab-server.ts';
import { type Home, makeHome } from './program.ts';

const pod = (name: string, container: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: { containers: [{ name, image: 'busybox', ...container }], terminationGracePeriodSeconds: 0 },
});
const objects = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  pod('web', { image: 'nginx' }),
  pod('db', { image: 'nginx' }),
  pod('client', { command: ['sleep', '1d'] }),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: 'shop' },
    spec: { podSelector: { matchLabels: { app: 'db' } } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'front', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 8080, targetPort: 80 }] },
  },
];

let home: Home;
let cluster: EmbeddedCluster;
let kubeconfig: string;
let client: ReturnType<typeof createKubeClient>;

beforeAll(async () => {
  home = await makeHome();
  kubeconfig = join(home.folder, 'cluster');
  cluster = await createEmbeddedCluster({ clock: virtualClock(), seed: 1, workers: 1, kubeconfigPath: kubeconfig });
  client = createKubeClient(await readKubeconfig(kubeconfig));
  for (const object of objects) await client.create(object, 'test');
  await ready(['web', 'db', 'client']);
  for (const target of ['web', 'db']) await wget(`http://${ipOf(target)}`);
  await wget(`http://${ipOf('web')}:81`);
  await wget('http://front:8080');
});
afterAll(async () => {
  client.close();
  await cluster.close();
  await home[Symbol.asyncDispose]();
});

async function ready(names: readonly string[]): Promise<void> {
  const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
  const waiting = new Set(names);
  const query = { sendInitialEvents: true };
  for await (const { object } of client.watch(pods, 'shop', query, new AbortController().signal)) {
    const conditions = (object as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions;
    if (conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
      waiting.delete(object.metadata.name ?? '');
    if (waiting.size === 0) return;
  }
}

function ipOf(name: string): string {
  return (cluster.machinery.get('pods', 'shop', name) as { status?: { podIP?: string } }).status?.podIP ?? '';
}

async function wget(url: string): Promise<void> {
  await client.exec('shop', 'client', undefined, ['wget', '-qO-', '-T', '3', url], {});
}

const flows = (...args: readonly string[]) => home.run(['flows', '--kubeconfig', kubeconfig, ...args]);

interface PrintedFlows {
  readonly flows: readonly { readonly verdict: string; readonly protocol: string; readonly reason: string }[];
}

describe('netpol-lab flows', () => {
  test('prints when, who, what became of it, and the rule that decided', async () => {
    const { stdout, exitCode } = await flows('--pod', 'client', '--namespace', 'shop');
    const lines = stdout
      .split('\n')
      .filter((line) => !line.includes('/UDP'))
      .map((line) => line.replace(/^\S+Z {2}/, '').replace(/client:\d+/, 'client:PORT'));
    // A dropped packet is sent again, and logged again, as long as the client waits.
    expect([...new Set(lines)]).toEqual([
      'FORWARDED     shop/client:PORT -> shop/web:80/TCP  no policy isolates shop/client for egress; and no policy isolates shop/web for ingress',
      'DROPPED       shop/client:PORT -> shop/db:80/TCP  NetworkPolicy shop/deny isolates shop/db for ingress, and no rule allows 80/TCP',
      'REFUSED       shop/client:PORT -> shop/web:81/TCP  no policy isolates shop/client for egress; and no policy isolates shop/web for ingress; nobody listens on 81/TCP',
      expect.stringMatching(
        /^FORWARDED {5}shop\/client:PORT -> shop\/web:80\/TCP \(by Service shop\/front, 10\.96\.\d+\.\d+:8080\) {2}no policy/,
      ),
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  test('selects by verdict, pod, namespace, time and number', async () => {
    const json = async (...args: readonly string[]) =>
      (JSON.parse((await flows('--output', 'json', ...args)).stdout) as PrintedFlows).flows;
    const dropped = await json('--verdict', 'DROPPED');
    expect(new Set(dropped.map(({ reason }) => reason))).toEqual(
      new Set(['NetworkPolicy shop/deny isolates shop/db for ingress, and no rule allows 80/TCP']),
    );
    expect(await json('--pod', 'shop/db')).toEqual(dropped);
    expect(await json('--pod', 'other/db')).toEqual([]);
    expect((await json('--namespace', 'kube-system')).every(({ protocol }) => protocol === 'UDP')).toBe(true);
    expect(await json('--last', '2', '--namespace', 'shop')).toHaveLength(2);
    expect(await json('--since', '1h30m', '--pod', 'db')).toEqual(dropped);
    await client.exec('shop', 'client', undefined, ['sleep', '100'], {});
    expect(await json('--since', '90s')).toEqual([]);
    const none = await flows('--since', '90s');
    expect(none).toMatchObject({ stdout: '', exitCode: 0 });
    expect(none.stderr).toContain('--follow');
  });

  test('follows: first what is known, then what happens, and a Ctrl-C ends it', async () => {
    const args = ['flows', '--follow', '--verdict', 'dropped', '--output', 'json', '--kubeconfig', kubeconfig];
    const following = home.start(args);
    await following.until('shop/deny');
    await wget(`http://${ipOf('db')}:5432`);
    await following.until('5432/TCP');
    following.kill('SIGINT');
    const { stdout, exitCode } = await following.finished;
    expect(exitCode).toBe(130);
    const lines = stdout.trimEnd().split('\n');
    const verdicts = lines.map((line) => (JSON.parse(line) as { verdict: string }).verdict);
    expect(new Set(verdicts)).toEqual(new Set(['dropped']));
  });

  test.each([
    [['--verdict', 'lots'], 'Allowed choices are forwarded, dropped'],
    [['--since', 'yesterday'], 'Expected a duration'],
    [['--last', '-1'], 'Expected a whole number'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { stderr, stdout, exitCode } = await flows(...args);
    expect(stderr).toContain(message);
    expect([stdout, exitCode]).toEqual(['', 2]);
  });

  test('is not in discovery, and answers wrong requests as any resource', async () => {
    expect((await client.raw({ path: '/apis' })).text).not.toContain('flows.netpol-lab.dev');
    const path = '/apis/flows.netpol-lab.dev/v1/flows';
    expect((await client.raw({ path: `${path}?verdict=odd` })).code).toBe(400);
    expect((await client.raw({ path: `${path}?sinceSeconds=x` })).code).toBe(400);
    expect((await client.raw({ path: `${path}/one` })).code).toBe(404);
    expect((await client.raw({ method: 'DELETE', path })).code).toBe(405);
    const one = await client.raw({ path: `${path}?limit=1`, accept: 'application/json' });
    expect(JSON.parse(one.text)).toMatchObject({ kind: 'FlowList', items: [{ kind: 'Flow' }] });
  });
});

describe('netpol-lab flows elsewhere', () => {
  let server: LabServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('says that only the embedded cluster keeps such a log, and exits with 3', async () => {
    for (const more of [[], ['--follow']]) {
      const { stderr, stdout, exitCode } = await home.run(['flows', '--kubeconfig', server.kubeconfig, ...more]);
      expect(stderr).toContain('keeps no flow log [ERR_NOT_APPLICABLE]');
      expect(stderr).toContain('netpol-lab why');
      expect([stdout, exitCode]).toEqual(['', 3]);
    }
  });
});
