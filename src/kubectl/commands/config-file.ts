/** Writes a kubeconfig back: a temporary file beside it, then a rename, so that a crash leaves the old one. */
import { rename, writeFile } from 'node:fs/promises';
import { goYaml } from '../print/go-yaml.ts';

export async function writeConfig(path: string, config: object, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, goYaml({ apiVersion: 'v1', kind: 'Config', ...config }), { mode });
  await rename(temporary, path);
}
