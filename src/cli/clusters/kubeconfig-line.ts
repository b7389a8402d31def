/** The line that makes another terminal talk to a cluster, in the words of the platform's usual shell. */
import type { CliIo } from '../io.ts';

/** `export KUBECONFIG='/home/me/my labs/kubeconfig'`; PowerShell's on Windows. */
export function kubeconfigLine({ platform }: Pick<CliIo, 'platform'>, path: string): string {
  if (platform === 'win32') return `$env:KUBECONFIG = '${path.replaceAll("'", "''")}'`;
  const plain = /^[\w@%+=:,./-]+$/.test(path);
  return `export KUBECONFIG=${plain ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}
