/** `cluster down`: asks the cluster's process to end, waits until it has, and removes what is left. */
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { isAlive } from '../../kit/is-alive.ts';
import type { Cli } from '../cli.ts';
import type { CliIo } from '../io.ts';
import { stateFolder } from '../paths.ts';
import { type ClusterRecord, findCluster, findClusters, removeRecord } from '../registry.ts';

const patienceMs = 10_000;

export async function clusterDown(
  { io }: Cli,
  { name, all }: { readonly name: string; readonly all?: boolean },
): Promise<ExitCode> {
  const home = stateFolder(io);
  if (all) {
    const { running, cleaned } = await findClusters(home);
    for (const line of cleaned) io.stderr.write(`${line}\n`);
    for (const record of running) await stop(io, record);
    return EXIT.ok;
  }
  const { record, cleaned } = await findCluster(home, name);
  if (cleaned) {
    io.stderr.write(`${cleaned}\n`);
    return EXIT.ok;
  }
  if (!record) {
    const { running } = await findClusters(home);
    throw new LabError('ERR_CLUSTER_NOT_FOUND', `no cluster "${name}" is running`, {
      details: running.length > 0 ? `running: ${running.map((other) => other.name).join(', ')}` : undefined,
      cure: 'netpol-lab cluster list',
    });
  }
  await stop(io, record);
  return EXIT.ok;
}

/** The cluster has just answered with its own certificate, so the pid is still its own. */
async function stop(io: CliIo, record: ClusterRecord): Promise<void> {
  process.kill(record.pid, 'SIGTERM');
  const until = performance.now() + patienceMs;
  while (isAlive(record.pid) && performance.now() < until) await pause(20, undefined, { signal: io.signal });
  if (isAlive(record.pid)) {
    throw new LabError('ERR_TIMEOUT', `cluster "${record.name}" (process ${record.pid}) does not end`, {
      cure: `kill -9 ${record.pid}`,
    });
  }
  await removeRecord(stateFolder(io), record);
  io.stderr.write(`cluster "${record.name}" is down\n`);
}
