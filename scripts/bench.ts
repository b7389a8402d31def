/**
 * `npm run bench [-- NAME…]`: how fast are the policy engine and the embedded cluster? Compiles the program as it is shipped, runs
 * each workload in a process of its own, one after the other, and prints one JSON document. docs/bench.md says what the figures mean.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, symlinkSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { argv, execPath, exit, stderr, stdout, version } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type WorkloadName, type WorkloadResult, workloadNames } from './bench-result.ts';
import { bundleProgram } from './bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = join(root, 'node_modules/.cache/netpol-lab-bench');
const runner = join(compiled, 'src/cli/bench-run.js');

/** As the program is shipped. A loader that compiles on the fly wraps every function, which costs the engine a third of its speed. */
async function compile(): Promise<void> {
  await bundleProgram('scripts/bench-run.ts', runner.slice(0, -'.js'.length));
  await bundleProgram('src/cli/program.ts', join(compiled, 'src/cli/main'));
  copyFileSync(join(root, 'package.json'), join(compiled, 'package.json'));
  if (!existsSync(join(compiled, 'scenarios')))
    symlinkSync(join(root, 'scenarios'), join(compiled, 'scenarios'), 'junction');
}

function runAll(names: readonly WorkloadName[]): number {
  const results: WorkloadResult[] = [];
  for (const name of names) {
    stderr.write(`${name} …\n`);
    // Without what V8 compiled in an earlier run no learner starts but once.
    if (name === 'up') spawnSync(execPath, ['--expose-gc', runner, name], { stdio: 'ignore' });
    const child = spawnSync(execPath, ['--expose-gc', runner, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 64 * 1024 * 1024,
    });
    const failed = { name, figures: {}, failed: `exit code ${child.status ?? child.signal}` };
    results.push(child.status === 0 ? (JSON.parse(child.stdout) as WorkloadResult) : failed);
  }
  const machine = {
    node: version,
    processors: cpus().length,
    processor: cpus()[0]?.model ?? '',
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
  stdout.write(`${JSON.stringify({ schemaVersion: 1, machine, results }, null, 2)}\n`);
  return results.every(({ confirmed, failed }) => !failed && (confirmed?.mismatches ?? 0) === 0) ? 0 : 1;
}

const wanted = argv.slice(2);
const unknown = wanted.filter((name) => !(workloadNames as readonly string[]).includes(name));
if (unknown.length > 0) {
  stderr.write(`unknown workload ${unknown.join(', ')}; there are ${workloadNames.join(', ')}\n`);
  exit(2);
}
await compile();
exit(runAll(wanted.length > 0 ? (wanted as readonly WorkloadName[]) : workloadNames));
