/** A cluster of 500 pods and 100 policies as kubectl sees it: a list of everything, and a command in a container. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { createEmbeddedCluster, type EmbeddedCluster } from '../src/cluster/embedded/cluster.ts';
import { realClock } from '../src/kit/clock.ts';
import { createKubeClient } from '../src/kube/create-client.ts';
import { readKubeconfig } from '../src/kube/kubeconfig.ts';
import { programPath } from './bench-embedded.ts';
import { budget, quantile, round, spread, type WorkloadResult } from './bench-result.ts';

const podCount = 500;
const policyCount = 100;
const runs = 15;

export async function kubectlOnManyPods(): Promise<WorkloadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  // A node takes 110 pods.
  const cluster = await createEmbeddedCluster({ clock: realClock(), seed: 1, workers: 6, kubeconfigPath: kubeconfig });
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    NETPOL_LAB_KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(folder, 'cache'),
  };
  try {
    const fillMs = await fill(cluster);
    const figures = { pods: podCount, policies: policyCount, fillMs, ...(await ownClient(kubeconfig)) };
    const builtin = [execPath, programPath, 'kubectl'];
    const ownList = await timeAll([...builtin, 'get', 'pods', '-A'], env);
    const withOwn = { ...figures, ...spread('builtinGetPods', ownList) };
    const start = await timeAll(['kubectl', 'version', '--client'], env).catch(() => undefined);
    if (!start) return { name: 'kubectl', figures: withOwn, skipped: 'there is no kubectl on the PATH' };
    const list = await timeAll(['kubectl', 'get', 'pods', '-A'], env);
    const exec = await timeAll(['kubectl', 'exec', '-n', 'bench', 'pod-0', '--', 'true'], env);
    const all = {
      ...withOwn,
      ...spread('kubectlStart', start),
      ...spread('getPods', list),
      ...spread('exec', exec),
      execBeyondStartMedianMs: round(quantile(exec, 0.5) - quantile(start, 0.5)),
      execBeyondStartBestMs: round(quantile(exec, 0) - quantile(start, 0)),
    };
    const budgets = [budget(all, 'getPodsMedianMs', 300), budget(all, 'execBeyondStartMedianMs', 20)];
    return { name: 'kubectl', figures: all, budgets };
  } finally {
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds until all of them run. */
async function fill({ machinery }: EmbeddedCluster): Promise<number> {
  const before = performance.now();
  machinery.create('namespaces', undefined, { metadata: { name: 'bench' } });
  for (let i = 0; i < policyCount; i++) {
    const podSelector = { matchLabels: { app: `app-${i}` } };
    machinery.create('networkpolicies.networking.k8s.io', 'bench', {
      metadata: { name: `p${i}` },
      spec: { podSelector },
    } as never);
  }
  const containers = [{ name: 'main', image: 'busybox', command: ['sleep', '1d'] }];
  for (let i = 0; i < podCount; i++) {
    const metadata = { name: `pod-${i}`, labels: { app: `app-${i % policyCount}` } };
    machinery.create('pods', 'bench', { metadata, spec: { containers } } as never);
  }
  const isRunning = (object: unknown): boolean =>
    (object as { status?: { phase?: string } }).status?.phase === 'Running';
  while (!machinery.list('pods', 'bench').every(isRunning)) await pause(20);
  return round(performance.now() - before);
}

/** Without a process to start: what the cluster itself takes, a TLS connection of its own included. */
async function ownClient(kubeconfig: string): Promise<Record<string, number>> {
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = performance.now();
    const { exitCode } = await client.exec('bench', 'pod-0', undefined, ['true'], {});
    if (exitCode !== 0) throw new Error(`true exited with ${exitCode}`);
    times.push(performance.now() - before);
  }
  client.close();
  return spread('execRoundTrip', times);
}

async function timeAll(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await timeOne(argv, env));
  return times;
}

function timeOne([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const before = performance.now();
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(performance.now() - before);
      else reject(new Error(`${program} ${args.join(' ')} exited with ${code}`));
    });
  });
}
