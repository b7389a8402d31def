/** `cluster list`: what is running, after removing what a crash has left. */
import { EXIT, type ExitCode } from '../../kit/errors.ts';
import { textTable } from '../../kit/text-table.ts';
import type { Cli } from '../cli.ts';
import { stateFolder } from '../paths.ts';
import { findClusters } from '../registry.ts';

export async function clusterList({ io }: Cli, { output }: { readonly output: string }): Promise<ExitCode> {
  const { running, cleaned } = await findClusters(stateFolder(io));
  for (const line of cleaned) io.stderr.write(`${line}\n`);
  if (output === 'json') {
    const clusters = running.map(({ schemaVersion, ...record }) => record);
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, clusters }, null, 2)}\n`);
    return EXIT.ok;
  }
  if (running.length === 0) {
    io.stderr.write('no cluster is running; start one with: netpol-lab cluster up --detach\n');
    return EXIT.ok;
  }
  const rows = running.map(({ name, provider, clock, detached, pid, server, kubeconfig }) => [
    name,
    provider,
    clock,
    detached ? 'yes' : 'no',
    String(pid),
    server,
    kubeconfig,
  ]);
  io.stdout.write(textTable([['NAME', 'PROVIDER', 'CLOCK', 'DETACHED', 'PID', 'SERVER', 'KUBECONFIG'], ...rows]));
  return EXIT.ok;
}
