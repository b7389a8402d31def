/**
 * `npm run bench [-- NAME…]`: how fast are the policy engine and the embedded cluster? Compiles the program as it is shipped, runs
 * each workload in a process of its own, one after the other, and prints one JSON document. docs/bench.md says what the figures mean.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { argv, execPath, exit, stderr, stdout, version } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type WorkloadName, type WorkloadResult, workloadNames } from './bench-result.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = join(root, 'node_modules/.cache/netpol-lab-bench');

/** A loader that compiles on the fly wraps every function, which costs the engine a third of its speed: nobody runs that. */
function compile(): void {
  rmSync(compiled, { recursive: true, force: true });
  mkdirSync(compiled, { recursive: true });
  const config = join(compiled, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    rootDir: root,
    outDir: compiled,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const include = [join(root, 'src'), join(root, 'scripts/bench-*.ts')];
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout: problems } = spawnSync(execPath, [tsc, '-p', config], { encoding: 'utf8' });
  if (status !== 0) stderr.write(`the compiler has complaints:\n${problems}`);
  copyFileSync(join(root, 'package.json'), join(compiled, 'package.json'));
  symlinkSync(join(root, 'scenarios'), join(compiled, 'scenarios'), 'junction');
}

function runAll(names: readonly WorkloadName[]): number {
  const results: WorkloadResult[] = [];
  for (const name of names) {
    stderr.write(`${name} …\n`);
    const child = spawnSync(execPath, ['--expose-gc', join(compiled, 'scripts/bench-run.js'), name], {
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
compile();
exit(runAll(wanted.length > 0 ? (wanted as readonly WorkloadName[]) : workloadNames));
