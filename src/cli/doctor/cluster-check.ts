/** The kind cluster as doctor sees it: is it there, does its API answer, are its nodes ready, which CNI, and does that enforce policy. */

import { proveEnforcement } from '../../cluster/canary.ts';
import { listKindClusters } from '../../cluster/kind/create.ts';
import { kindPaths, readKindRecord } from '../../cluster/kind/record.ts';
import type { Tools } from '../../cluster/kind/tools.ts';
import { nodesReady } from '../../cluster/kind/wait.ts';
import { LabError } from '../../kit/errors.ts';
import { type KubeClient, wellKnown } from '../../kube/client.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { Pod } from '../../kube/objects.ts';
import type { Finding } from './checks.ts';

export interface ClusterQuestion {
  readonly home: string;
  readonly name: string;
  readonly probeImage: string;
  readonly signal?: AbortSignal;
}

export async function checkCluster(tools: Tools, question: ClusterQuestion): Promise<readonly Finding[]> {
  const { home, name } = question;
  const start = 'netpol-lab start SCENARIO --on kind';
  const names = await listKindClusters(tools).catch((): readonly string[] => []);
  const paths = kindPaths(home, name);
  const record = await readKindRecord(paths);
  if (!names.includes(name)) {
    const left = record ? ', although there is a record of it' : '';
    return [{ check: 'cluster', status: 'missing', says: `there is no kind cluster "${name}"${left}`, cure: start }];
  }
  if (!record)
    return [
      {
        check: 'cluster',
        status: 'warning',
        says: `the kind cluster "${name}" is not one of ours as far as we know`,
        cure: `${start} --name OTHER`,
      },
    ];
  if (record.stage === 'creating')
    return [
      {
        check: 'cluster',
        status: 'warning',
        says: `the kind cluster "${name}" is half-made`,
        cure: `${start} --name ${name}`,
      },
    ];
  try {
    const client = createKubeClient(await readKubeconfig(paths.kubeconfig));
    try {
      return await askCluster(client, question);
    } finally {
      client.close();
    }
  } catch (error) {
    const says = `the kind cluster "${name}" does not answer: ${error instanceof LabError ? error.message : 'no connection'}`;
    return [
      { check: 'cluster', status: 'warning', says, cure: `${start} --name ${name} (starts stopped nodes again)` },
    ];
  }
}

async function askCluster(
  client: KubeClient,
  { name, probeImage, signal }: ClusterQuestion,
): Promise<readonly Finding[]> {
  const { done, text } = await nodesReady(client);
  const nodes: Finding = {
    check: 'cluster',
    status: done ? 'ok' : 'warning',
    says: `kind cluster "${name}": nodes ${text}`,
    ...(!done && { cure: 'kubectl get nodes, kubectl get pods -A -o wide' }),
  };
  const cni = await findCni(client);
  if (cni === undefined)
    return [
      nodes,
      {
        check: 'cni',
        status: 'missing',
        says: 'no network plugin that we know',
        cure: `netpol-lab cluster down --on kind --name ${name}, then start again`,
      },
    ];
  return [nodes, await enforcement(client, cni, probeImage, signal)];
}

const plugins: readonly (readonly [RegExp, string])[] = [
  [/^calico-node-/, 'Calico'],
  [/^cilium-/, 'Cilium'],
  [/^kindnet-/, 'kindnet'],
  [/^kube-router-/, 'kube-router'],
  [/^(kube-)?flannel-/, 'Flannel'],
  [/^weave-net-/, 'Weave Net'],
];

async function findCni(client: KubeClient): Promise<string | undefined> {
  const pods = await client.list<Pod>(wellKnown.pods);
  return plugins.find(([pattern]) => pods.some(({ metadata }) => pattern.test(metadata.name ?? '')))?.[1];
}

async function enforcement(client: KubeClient, cni: string, image: string, signal?: AbortSignal): Promise<Finding> {
  try {
    await proveEnforcement(client, { image, prefix: 'netpol-lab', startMs: 60_000, ...(signal && { signal }) });
    return { check: 'cni', status: 'ok', says: `${cni} enforces NetworkPolicy` };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    const status = error.code === 'ERR_NOT_ENFORCED' ? 'missing' : 'warning';
    return { check: 'cni', status, says: `${cni}: ${error.message}`, ...(error.cure && { cure: error.cure }) };
  }
}
