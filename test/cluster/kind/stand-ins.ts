/** A machine for the kind provider without Docker: stand-ins for its programs on PATH, and an embedded cluster behind `kind`. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEmbeddedCluster, type EmbeddedCluster } from '../../../src/cluster/embedded/cluster.ts';
import { nodeLabel } from '../../../src/cluster/kind/config.ts';
import type { KindProviderOptions } from '../../../src/cluster/kind/options.ts';
import { type KindProvider, kindProvider } from '../../../src/cluster/kind/provider.ts';
import { sha256 } from '../../../src/cluster/kind/record.ts';
import { virtualClock } from '../../../src/kit/virtual-clock.ts';
import { wellKnown } from '../../../src/kube/client.ts';
import { createKubeClient } from '../../../src/kube/create-client.ts';
import { readKubeconfig } from '../../../src/kube/kubeconfig.ts';

const programs = fileURLToPath(new URL('../../fixtures/programs', import.meta.url));

/** As little as the provider looks for: a DaemonSet calico-node, and an image. */
export const calicoManifest = `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: kube-system }
spec:
  template:
    spec:
      containers:
        - { name: calico-node, image: quay.io/calico/node:v3.32.1 }
`;

export interface Machine extends AsyncDisposable {
  readonly home: string;
  readonly manifest: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cluster: EmbeddedCluster;
  readonly progress: string[];
  provider(options?: Partial<KindProviderOptions>): KindProvider;
  /** `docker-pull`: that call fails with this text. */
  fail(call: string, text: string): Promise<void>;
  heal(call: string): Promise<void>;
  hang(call: string): Promise<void>;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** How the programs were called, with this machine's paths left out. */
  calls(): Promise<string>;
  forgetCalls(): Promise<void>;
}

export async function makeMachine({ cni = 'calico' as 'calico' | 'flannel' } = {}): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol lab kind '));
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  const fixtures = join(folder, 'fixtures');
  await cp(programs, bin, { recursive: true });
  await mkdir(join(fixtures, 'fail'), { recursive: true });
  await mkdir(join(fixtures, 'slow'), { recursive: true });
  const clock = virtualClock();
  // The provider waits by asking again and again: time has to pass by itself meanwhile.
  const hold = clock.hold();
  const kubeconfig = join(fixtures, 'kubeconfig');
  const cluster = await createEmbeddedCluster({
    clock,
    seed: 'kind',
    cni,
    kubeconfigPath: kubeconfig,
    contextName: 'kind-netpol',
  });
  await labelNodes(kubeconfig);
  const manifest = join(folder, 'calico.yaml');
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, FIXTURES: fixtures };
  const write = (file: string, text: string) => writeFile(join(fixtures, file), text);
  await write('clusters', '');
  await write('node-images', '');
  await write('images', 'busybox:1.36\nquay.io/calico/node:v3.32.1\n');
  await write('nodes', 'netpol-control-plane\nnetpol-worker\nnetpol-worker2\n');
  await write('log', '');
  await writeFile(manifest, calicoManifest);
  return {
    home,
    manifest,
    env,
    cluster,
    progress: [],
    provider: (options = {}) => kindProvider({ env, home, calicoManifest: manifest, timeoutMs: 20_000, ...options }),
    fail: (call, text) => write(`fail/${call}`, text),
    heal: (call) => rm(join(fixtures, 'fail', call), { force: true }),
    hang: (call) => write(`slow/${call}`, ''),
    write,
    read: (file) => readFile(join(fixtures, file), 'utf8').catch(() => ''),
    calls: async () =>
      (await readFile(join(fixtures, 'log'), 'utf8'))
        .replaceAll(folder, 'FOLDER')
        .replaceAll(/\S*netpol-lab-image-\w+/g, 'TEMPORARY')
        .replaceAll('\r', '\\r'),
    forgetCalls: () => write('log', ''),
    async [Symbol.asyncDispose]() {
      hold.release();
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function labelNodes(kubeconfig: string): Promise<void> {
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  try {
    for (const name of ['netpol-control-plane', 'netpol-worker', 'netpol-worker2'])
      await client.patch(wellKnown.nodes, undefined, name, {
        metadata: { labels: { [nodeLabel.key]: nodeLabel.value } },
      });
  } finally {
    client.close();
  }
}

export const manifestHash = sha256(calicoManifest);
