/** Where the program's own files are, and where it keeps state: the package's root, and the platform's folder for state. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliIo } from './io.ts';

/** The same from src/cli/ and from dist/cli/, where all of the compiled code lies. */
const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

export const scenariosFolder = join(packageRoot, 'scenarios');
export const labsFolder = join(packageRoot, 'labs');

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** NETPOL_LAB_HOME, else the platform's place for a program's state. */
export function stateFolder({ env, platform, homeFolder }: Pick<CliIo, 'env' | 'platform' | 'homeFolder'>): string {
  const own = env['NETPOL_LAB_HOME'];
  if (own) return own;
  switch (platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] || join(homeFolder, 'AppData', 'Local'), 'netpol-lab');
    case 'darwin':
      return join(homeFolder, 'Library', 'Application Support', 'netpol-lab');
    default:
      return join(env['XDG_STATE_HOME'] || join(homeFolder, '.local', 'state'), 'netpol-lab');
  }
}
