/** `cluster up`: an embedded cluster in this terminal until Ctrl-C, or in a process of its own. Its kubeconfig's path goes to stdout. */
import { spawn } from 'node:child_process';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import type { Cli } from '../cli.ts';
import type { UpOptions } from '../commands/options.ts';
import type { CliIo } from '../io.ts';
import { stateFolder } from '../paths.ts';
import {
  type ClusterRecord,
  checkClusterName,
  clusterFolder,
  findCluster,
  makeStateFolder,
  removeRecord,
} from '../registry.ts';
import { hostByName, refuseRunning } from './host.ts';

export async function clusterUp(cli: Cli, options: UpOptions): Promise<ExitCode> {
  if (options.detach) return detach(cli.io, options);
  const { io } = cli;
  await using cluster = await hostByName(io, options, { detached: false });
  io.stdout.write(`${cluster.kubeconfig}\n`);
  io.stderr.write(`cluster "${cluster.name}" is up at ${cluster.server}; Ctrl-C takes it down\n`);
  await aborted(io.signal);
  return EXIT.interrupted;
}

/** What the detached process runs. Ends in order when it is asked to (SIGTERM), which is not an interruption here. */
export async function serveCluster({ io }: Cli, options: UpOptions): Promise<ExitCode> {
  await using cluster = await hostByName(io, options, { detached: true });
  io.stderr.write(`cluster "${cluster.name}" is up at ${cluster.server}\n`);
  await aborted(io.signal);
  return EXIT.ok;
}

async function detach(io: CliIo, options: UpOptions): Promise<ExitCode> {
  checkClusterName(options.name);
  await refuseRunning(io, options.name);
  const folder = clusterFolder(stateFolder(io), options.name);
  await makeStateFolder(folder);
  // Of two that start at once each has a log of its own.
  const logPath = join(folder, `log.${io.pid}`);
  const log = await open(logPath, 'w+', 0o600);
  const [program = '', ...self] = io.self;
  const port = options.port === undefined ? [] : ['--port', String(options.port)];
  const { name, clock, cni, workers, seed } = options;
  const argv = [
    ...self,
    'cluster',
    'serve',
    '--name',
    name,
    '--clock',
    clock,
    '--cni',
    cni,
    '--workers',
    String(workers),
    '--seed',
    seed,
    ...port,
  ];
  const child = spawn(program, argv, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...io.env },
    windowsHide: true,
  });
  let ended: number | undefined;
  child.on('exit', (code) => {
    ended = code ?? 1;
  });
  child.on('error', () => {
    ended = 1;
  });
  try {
    const record = await waitForRecord(io, name, child.pid, () => ended);
    child.unref();
    io.stdout.write(`${record.kubeconfig}\n`);
    io.stderr.write(
      `cluster "${name}" is up at ${record.server} (process ${record.pid}); stop it with: netpol-lab cluster down --name ${name}\n`,
    );
    return EXIT.ok;
  } catch (error) {
    child.kill('SIGTERM');
    const explained = await withLog(error, log, ended);
    await rm(logPath, { force: true });
    if (child.pid !== undefined) await removeRecord(stateFolder(io), { name: options.name, pid: child.pid });
    throw explained;
  } finally {
    await log.close();
  }
}

async function waitForRecord(
  io: CliIo,
  name: string,
  pid: number | undefined,
  ended: () => number | undefined,
): Promise<ClusterRecord> {
  const until = performance.now() + 30_000;
  while (ended() === undefined && performance.now() < until) {
    const { record } = await peek(io, name);
    if (record && record.pid === pid) return record;
    await pause(15, undefined, { signal: io.signal });
  }
  throw new LabError('ERR_STATE', `the cluster "${name}" did not come up`);
}

/** A record that is not there yet is nothing to clean up. */
async function peek(io: CliIo, name: string): Promise<{ readonly record?: ClusterRecord }> {
  const path = join(clusterFolder(stateFolder(io), name), 'cluster.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? {} : findCluster(stateFolder(io), name);
}

/** The child has said what went wrong in the fixed shape of errors: that text is the message. */
async function withLog(error: unknown, file: FileHandle, ended: number | undefined): Promise<unknown> {
  if (ended === undefined || !(error instanceof LabError)) return error;
  // Through the handle and from its start: the child has removed the file with everything else that it made.
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64 * 1024), position: 0 });
  const log = buffer.toString('utf8', 0, bytesRead);
  const code = /^error: .*\[(ERR_[A-Z_]+)\]/m.exec(log)?.[1];
  const known = code === 'ERR_PORT_TAKEN' || code === 'ERR_CLUSTER_EXISTS' ? code : error.code;
  return new LabError(known, error.message, {
    details: log.trim() || `its process ended with exit code ${ended}`,
    cure: code === 'ERR_PORT_TAKEN' ? 'choose another --port, or leave it out: any free one will do' : undefined,
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // Nothing else may keep the process alive: the cluster's server does, but say so here.
    const keepAlive = setInterval(() => undefined, 2 ** 30);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(keepAlive);
        resolve();
      },
      { once: true },
    );
  });
}
