/** Installs Calico from its manifest with kubectl: the machine's own, or the one that every kind node holds. */
import { readFile } from 'node:fs/promises';
import { runProgram } from '../../kit/run-program.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { CalicoManifest } from './calico-manifest.ts';
import { explainPods } from './explain-pods.ts';
import type { KindPaths } from './record.ts';
import type { Tools } from './tools.ts';
import { daemonSetReady, deploymentReady, nodesReady, type WaitOptions, waitFor } from './wait.ts';

export async function applyCalico(
  tools: Tools,
  manifest: CalicoManifest,
  {
    paths,
    controlPlane,
    signal,
  }: { readonly paths: KindPaths; readonly controlPlane: string; readonly signal?: AbortSignal },
): Promise<void> {
  // Server-side: the CRDs are larger than the annotation of a client-side apply may be.
  const apply = ['apply', '--server-side', '--force-conflicts', '--filename'];
  const stop = signal && { signal };
  if (await hasKubectl(tools)) {
    await tools.need(['kubectl', '--kubeconfig', paths.kubeconfig, ...apply, manifest.path], stop);
    return;
  }
  await tools.need(
    [
      tools.engine,
      'exec',
      '--interactive',
      controlPlane,
      'kubectl',
      '--kubeconfig=/etc/kubernetes/admin.conf',
      ...apply,
      '-',
    ],
    { ...stop, stdin: await readFile(manifest.path, 'utf8') },
  );
}

async function hasKubectl({ env }: Tools): Promise<boolean> {
  try {
    return (await runProgram(['kubectl', 'version', '--client'], { env })).exitCode === 0;
  } catch {
    return false;
  }
}

/** In the order in which they come up: each needs the one before. */
export async function waitForNetwork(client: KubeClient, calico: boolean, waiting: WaitOptions): Promise<void> {
  const options = { explain: () => explainPods(client), ...waiting };
  if (calico) await waitFor('calico-node', () => daemonSetReady(client, 'kube-system', 'calico-node'), options);
  await waitFor('nodes', () => nodesReady(client), options);
  await waitFor('CoreDNS', () => deploymentReady(client, 'kube-system', 'coredns'), options);
}
