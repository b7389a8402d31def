/**
 * `npm run bench [-- NAME…]`: how fast is the policy engine? Each workload runs in a process of its own, one after the other,
 * so that peak memory is its own; results are one JSON document on stdout. docs/bench.md says what the figures mean.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { argv, execPath, exit, resourceUsage, stderr, stdout, version } from 'node:process';
import { fileURLToPath } from 'node:url';
import { allPairs, changes, explainedQueries, type WorkloadResult } from './bench-workloads.ts';

const workloads: Readonly<Record<string, () => WorkloadResult>> = {
  W1: explainedQueries,
  'W2-100': () => allPairs('W2-100', 100, 20, 1),
  'W2-300': () => allPairs('W2-300', 300, 60, 1),
  'W2-1000': () => allPairs('W2-1000', 1000, 200, 1),
  'W2-5000': () => allPairs('W2-5000', 5000, 1000, 1),
  'W2-10000': () => allPairs('W2-10000', 10_000, 2000, 1),
  W3: () => allPairs('W3', 10_000, 2000, 20),
  W5: changes,
};

function runHere(name: string): void {
  const result = workloads[name]?.();
  stdout.write(`${JSON.stringify({ ...result, peakMemoryMb: Math.round(resourceUsage().maxRSS / 1024) })}\n`);
}

function runAll(names: readonly string[]): number {
  const results: unknown[] = [];
  for (const name of names) {
    stderr.write(`${name} …\n`);
    const child = spawnSync(execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), '--here', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.status !== 0) return child.status ?? 1;
    results.push(JSON.parse(child.stdout));
  }
  const machine = { node: version, processors: cpus().length, processor: cpus()[0]?.model ?? '' };
  stdout.write(`${JSON.stringify({ schemaVersion: 1, machine, results }, null, 2)}\n`);
  return results.every(isConfirmed) ? 0 : 1;
}

function isConfirmed(result: unknown): boolean {
  return (result as WorkloadResult).confirmed.mismatches === 0;
}

const [first, ...rest] = argv.slice(2);
if (first === '--here') runHere(rest[0] ?? '');
else {
  const names = first === undefined ? Object.keys(workloads) : [first, ...rest];
  const unknown = names.filter((name) => !Object.hasOwn(workloads, name));
  if (unknown.length > 0) {
    stderr.write(`unknown workload ${unknown.join(', ')}; there are ${Object.keys(workloads).join(', ')}\n`);
    exit(2);
  }
  exit(runAll(names));
}
