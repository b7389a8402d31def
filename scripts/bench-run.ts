/** Runs one workload in this process and prints its result; `npm run bench` starts it, so that peak memory is the workload's own. */
import { argv, resourceUsage, stdout } from 'node:process';
import type { WorkloadName, WorkloadResult } from './bench-result.ts';

const workloads: Readonly<Record<WorkloadName, () => Promise<WorkloadResult>>> = {
  W1: async () => (await engine()).explainedQueries(),
  'W2-100': async () => (await engine()).allPairs('W2-100', 100, 20, 1),
  'W2-300': async () => (await engine()).allPairs('W2-300', 300, 60, 1),
  'W2-1000': async () => (await engine()).allPairs('W2-1000', 1000, 200, 1),
  'W2-5000': async () => (await engine()).allPairs('W2-5000', 5000, 1000, 1),
  'W2-10000': async () => (await engine()).allPairs('W2-10000', 10_000, 2000, 1),
  W3: async () => (await engine()).allPairs('W3', 10_000, 2000, 20),
  W5: async () => (await engine()).changes(),
  up: async () => (await clusters()).bringUp(),
  'first-probe': async () => (await clusters()).firstProbe(),
  idle: async () => (await clusters()).idleClusters(),
  kubectl: async () => (await import('./bench-kubectl.ts')).kubectlOnManyPods(),
};

const engine = () => import('./bench-workloads.ts');
const clusters = () => import('./bench-embedded.ts');

void workloads[argv[2] as WorkloadName]().then((result) => {
  stdout.write(`${JSON.stringify({ ...result, peakMemoryMb: Math.round(resourceUsage().maxRSS / 1024) })}\n`);
});
