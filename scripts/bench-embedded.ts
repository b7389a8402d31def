/** How soon is an embedded cluster there, how soon does a scenario show its failure, and what does a cluster that does nothing cost? */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { createEmbeddedCluster, type EmbeddedCluster } from '../src/cluster/embedded/cluster.ts';
import { realClock } from '../src/kit/clock.ts';
import { budget, round, spread, type WorkloadResult } from './bench-result.ts';

/** Compiled into the same folder. */
export const programPath = fileURLToPath(new URL('./main.js', import.meta.url));

/** The program runs from this process's start until the kubeconfig is written; again in a warm process, seven times. */
export async function bringUp(): Promise<WorkloadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-bench-'));
  const loadedMs = performance.now();
  const times: number[] = [];
  for (let run = 0; run < 8; run++) {
    const before = performance.now();
    const kubeconfigPath = join(folder, `kubeconfig-${run}`);
    const cluster = await createEmbeddedCluster({ clock: realClock(), seed: run, kubeconfigPath });
    times.push(performance.now() - before);
    await cluster.close();
  }
  await rm(folder, { recursive: true });
  const [cold = 0, ...warm] = times;
  const figures = { loadedMs: round(loadedMs), upColdMs: round(cold), ...spread('upWarm', warm) };
  return { name: 'up', figures, budgets: [budget(figures, 'upColdMs', 150)] };
}

/** The whole process, from its start until the first probe of the broken phase is printed. */
export async function firstProbe(): Promise<WorkloadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-bench-'));
  const times: number[] = [];
  for (let run = 0; run < 5; run++) times.push(await untilBroken(folder));
  await rm(folder, { recursive: true, force: true });
  const figures = spread('firstProbe', times);
  return { name: 'first-probe', figures, budgets: [budget(figures, 'firstProbeMedianMs', 1500)] };
}

function untilBroken(home: string): Promise<number> {
  const before = performance.now();
  const child = spawn(execPath, [programPath, 'start', 'firewall-restriction', '--auto', '--kubectl', 'builtin'], {
    env: { ...process.env, NETPOL_LAB_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    let tookMs: number | undefined;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (tookMs !== undefined || !/^ *broken +(?:UNRESOLVED|BLOCKED|REFUSED)/m.test(text)) return;
      tookMs = performance.now() - before;
      child.kill('SIGTERM');
    });
    child.on('close', () => {
      if (tookMs === undefined) reject(new Error(`the scenario ended without a failing probe:\n${text}`));
      else resolve(tookMs);
    });
  });
}

const clusterCount = 100;

/** 100 clusters in one process: heap after a full collection, for each beyond the first. Buffers outside the heap are counted apart. */
export async function idleClusters(): Promise<WorkloadResult> {
  const clusters: EmbeddedCluster[] = [];
  const add = async (): Promise<void> => {
    const name = `lab${clusters.length}`;
    clusters.push(await createEmbeddedCluster({ name, clock: realClock(), seed: clusters.length }));
  };
  await add();
  const first = memoryMb();
  const before = performance.now();
  while (clusters.length < clusterCount) await add();
  const tookMs = performance.now() - before;
  const last = memoryMb();
  const answering = await Promise.all(clusters.map(({ machinery }) => machinery.list('nodes').length));
  for (const cluster of clusters) await cluster.close();
  const more = clusterCount - 1;
  const figures = {
    clusters: answering.filter((nodes) => nodes === 3).length,
    heapPerClusterMb: round((last.heap - first.heap) / more),
    externalPerClusterMb: round((last.external - first.external) / more),
    upEachMs: round(tookMs / more),
  };
  return { name: 'idle', figures, budgets: [budget(figures, 'heapPerClusterMb', 6)] };
}

function memoryMb(): { readonly heap: number; readonly external: number } {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed / 1e6, external: external / 1e6 };
}
