/** Puts the kubectl to be driven into a folder of its own, under the name `kubectl`, for commands that look on PATH. */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  const builtin = [
    process.execPath,
    fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url)),
    'kubectl',
    '--',
  ];
  const program = choice === 'builtin' ? builtin : [choice === 'system' ? onPath('kubectl') : resolve(choice)];
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
