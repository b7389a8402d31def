/** Puts the kubectl to be driven into a folder of its own, under the name `kubectl`, for commands that look on PATH. */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { printArgv } from '../../src/kit/run-program.ts';
import { kubectlMinor } from './client-version.ts';

export interface PreparedKubectl {
  readonly path: string;
  /** 32 for v1.32.4; the built-in speaks as 1.36. */
  readonly minor: number;
  readonly version: string;
  dispose(): Promise<void>;
}

/** `choice`: `system` (the one on PATH), `builtin` (of the built program in dist/), or a path. */
export async function prepareKubectl(choice: string): Promise<PreparedKubectl> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-kubectl-'));
  const path = join(folder, 'kubectl');
  const entry = join(folder, 'builtin.mjs');
  if (choice === 'builtin') await writeFile(entry, builtinEntry());
  const program =
    choice === 'builtin' ? [process.execPath, entry] : [choice === 'system' ? onPath('kubectl') : resolve(choice)];
  await writeFile(path, `#!/bin/sh\nexec ${printArgv(program)} "$@"\n`);
  await chmod(path, 0o755);
  const minor = choice === 'builtin' ? 36 : await kubectlMinor(path);
  return {
    path,
    minor,
    version: `${choice === 'builtin' ? 'builtin ' : ''}1.${minor}`,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

function onPath(name: string): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (!found) throw new Error(`no ${name} on PATH; give one with --kubectl PATH, or --kubectl builtin`);
  return found;
}

/** The built-in kubectl of dist/ as a program of its own, on whatever KUBECONFIG names. */
function builtinEntry(): string {
  const module = new URL('../../dist/kubectl/run.js', import.meta.url).href;
  return `import { runKubectl } from ${JSON.stringify(module)};
const { env, stdin, stdout, stderr } = process;
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
const terminal = stdin.isTTY && stdout.isTTY && {
  columns: 80, rows: 24, setRaw: () => (stdin.setRawMode(true), () => stdin.setRawMode(false)),
};
const io = { kubeconfig: env.KUBECONFIG, env, cwd: process.cwd(), stdin, stdout, stderr, signal: interrupt.signal, ...(terminal && { terminal }) };
process.exitCode = await runKubectl(process.argv.slice(2), io);
await new Promise((done) => stdout.write('', done));
process.exit();
`;
}
