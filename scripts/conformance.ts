/**
 * `npm run conformance -- FILE…`: does the policy engine agree with Calico on these sets? Prints JSON on stdout, the first
 * few mismatches on stderr, and exits 1 on a mismatch, 2 when there is nothing to compare.
 */
import { argv, stderr, stdout } from 'node:process';
import { type Comparison, compareSet, readConformanceSet } from './conformance-set.ts';

const shown = 5;

async function main(files: readonly string[]): Promise<number> {
  if (files.length === 0) {
    stderr.write('usage: npm run conformance -- FILE.jsonl[.gz]…\n');
    return 2;
  }
  const started = performance.now();
  const results: ({ readonly file: string } & Comparison)[] = [];
  for (const file of files) results.push({ file, ...compareSet(file, await readConformanceSet(file)) });
  const mismatches = results.flatMap((result) => result.mismatches);
  for (const { file, cluster, flow, about, expected, actual } of mismatches.slice(0, shown)) {
    stderr.write(`${file} ${cluster} ${flow.slice(0, 4).join(' ')}: ${about}: expected ${expected}, got ${actual}\n`);
  }
  if (mismatches.length > shown) stderr.write(`… and ${mismatches.length - shown} more\n`);
  const sum = (pick: (result: Comparison) => number): number => results.reduce((n, r) => n + pick(r), 0);
  const summary = {
    files: results.map((result) => ({ ...result, mismatches: result.mismatches.length })),
    clusters: sum((result) => result.clusters),
    flows: sum((result) => result.flows),
    skipped: sum((result) => result.skipped),
    mismatches: mismatches.length,
    durationMs: Math.round(performance.now() - started),
  };
  stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  return mismatches.length > 0 ? 1 : 0;
}

process.exitCode = await main(argv.slice(2)).catch((error: unknown) => {
  stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
