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
import { budget, round, spread, type WorkloadResult } from './bench-result.ts';

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
    const [ownList = []] = await timeInTurn([[...builtin, 'get', 'pods', '-A']], env);
    const withOwn = { ...figures, ...spread('builtinGetPods', ownList) };
    const version = ['kubectl', 'version', '--client'];
    const isThere = await timeOne(version, env).catch(() => undefined);
    if (!isThere) return { name: 'kubectl', figures: withOwn, skipped: 'there is no kubectl on the PATH' };
    const [list = []] = await timeInTurn([['kubectl', 'get', 'pods', '-A']], env);
    const execCommand = ['kubectl', 'exec', '-n', 'bench', 'pod-0', '--', 'true'];
    const [start = [], exec = []] = await timeInTurn([version, execCommand], env);
    const beyond = exec.map((ms, run) => ms - (start[run] ?? 0));
    const all = {
      ...withOwn,
      ...spread('kubectlStart', start),
      ...spread('getPods', list),
      ...spread('exec', exec),
      ...spread('execBeyondStart', beyond),
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

/** The times of each command. They take turns, so that what the machine does meanwhile happens to all of them. */
async function timeInTurn(
  commands: readonly (readonly string[])[],
  env: NodeJS.ProcessEnv,
): Promise<readonly (readonly number[])[]> {
  const times = commands.map((): number[] => []);
  for (let run = 0; run < runs; run++)
    for (const [i, argv] of commands.entries()) times[i]?.push(await timeOne(argv, env));
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
