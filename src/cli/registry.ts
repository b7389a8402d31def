/**
 * Which clusters of ours are running on this machine: one folder each, with a record and a kubeconfig. A record whose API does
 * not answer with its own certificate is what a crash left behind; it is recognised and removed.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CniName } from '../cluster/embedded/net/cni-profiles.ts';
import { LabError } from '../kit/errors.ts';
import { isAlive } from '../kit/is-alive.ts';

export interface ClusterRecord {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly provider: 'embedded';
  readonly pid: number;
  /** Path. */
  readonly kubeconfig: string;
  readonly server: string;
  readonly clock: 'real' | 'virtual';
  /** Absent: calico. */
  readonly cni?: CniName;
  /** Its own process, which outlives the terminal. */
  readonly detached: boolean;
  /** RFC 3339. */
  readonly startedAt: string;
}

export interface Found {
  readonly running: readonly ClusterRecord[];
  /** Removed just now, in words. */
  readonly cleaned: readonly string[];
}

const namePattern = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** Names become parts of node names and paths. Throws LabError ERR_USAGE. */
export function checkClusterName(name: string): void {
  if (namePattern.test(name)) return;
  throw new LabError('ERR_USAGE', `"${name}" is no name for a cluster`, {
    cure: 'use up to 40 lower-case letters, digits and hyphens, as in --name my-lab',
  });
}

export function clusterFolder(home: string, name: string): string {
  return join(home, 'clusters', name);
}

/**
 * Reserves a name before anything is made under it: of two that start at once, one wins. Throws LabError ERR_CLUSTER_EXISTS
 * for the other, and ERR_STATE where the folder cannot be written.
 */
export async function claimName(home: string, { name, pid }: Pick<ClusterRecord, 'name' | 'pid'>): Promise<void> {
  const folder = clusterFolder(home, name);
  await makeStateFolder(folder);
  const path = join(folder, 'claim');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await writeFile(path, String(pid), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(folder, error);
    }
    const holder = await readClaim(home, name);
    if (holder !== undefined && isAlive(holder)) {
      throw new LabError('ERR_CLUSTER_EXISTS', `a cluster "${name}" is being started already (process ${holder})`, {
        cure: 'wait for it, or choose another --name',
      });
    }
    await rm(path, { force: true });
  }
  throw new LabError('ERR_STATE', `cannot reserve the name "${name}"`, { details: path, cure: 'try again' });
}

async function readClaim(home: string, name: string): Promise<number | undefined> {
  const text = await readFile(join(clusterFolder(home, name), 'claim'), 'utf8').catch(() => '');
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** With its parents, readable by nobody else. Throws LabError ERR_STATE. */
export async function makeStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(folder, error);
  }
}

function unusable(folder: string, cause: unknown): LabError {
  return new LabError('ERR_STATE', `cannot write to the folder for state ${folder}`, {
    details: (cause as Error).message,
    cure: 'set NETPOL_LAB_HOME to a folder that you can write to',
    cause,
  });
}

/** To a temporary file and renamed: a reader never sees half a record. */
export async function writeRecord(home: string, record: ClusterRecord): Promise<void> {
  const folder = clusterFolder(home, record.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `cluster.json.${record.pid}.tmp`);
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, join(folder, 'cluster.json'));
}

/** Only if the name is still that process's. */
export async function removeRecord(home: string, record: Pick<ClusterRecord, 'name' | 'pid'>): Promise<void> {
  const current = await readRecord(home, record.name);
  if (current !== undefined && current !== 'corrupt' && current.pid !== record.pid) return;
  const holder = await readClaim(home, record.name);
  if (holder !== undefined && holder !== record.pid && isAlive(holder)) return;
  await rm(clusterFolder(home, record.name), { recursive: true, force: true });
}

/** Sorted by name. Stale and corrupt records are removed on the way. */
export async function findClusters(home: string): Promise<Found> {
  const names = (await readdir(join(home, 'clusters')).catch((): string[] => [])).sort();
  const found = await Promise.all(names.map((name) => findCluster(home, name)));
  return {
    running: found.flatMap(({ record }) => (record ? [record] : [])),
    cleaned: found.flatMap(({ cleaned }) => (cleaned ? [cleaned] : [])),
  };
}

export async function findCluster(
  home: string,
  name: string,
): Promise<{ readonly record?: ClusterRecord; readonly cleaned?: string }> {
  const record = await readRecord(home, name);
  if (record === undefined) return {};
  if (record !== 'corrupt' && (await answers(record))) return { record };
  await rm(clusterFolder(home, name), { recursive: true, force: true });
  const what = record === 'corrupt' ? 'its record could not be read' : `process ${record.pid} is gone`;
  return { cleaned: `removed what cluster "${name}" had left behind: ${what}` };
}

async function readRecord(home: string, name: string): Promise<ClusterRecord | 'corrupt' | undefined> {
  const text = await readFile(join(clusterFolder(home, name), 'cluster.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as ClusterRecord;
    return record.schemaVersion === 1 && record.name === name && typeof record.pid === 'number' ? record : 'corrupt';
  } catch {
    return 'corrupt';
  }
}

/**
 * Its own CA is in the kubeconfig: an answer over that connection can only come from that cluster, whatever the pid is now.
 * A cluster that is too busy to answer still has its process.
 */
async function answers({ kubeconfig, pid }: ClusterRecord): Promise<boolean> {
  const [{ readKubeconfig }, { createKubeClient }] = await Promise.all([
    import('../kube/kubeconfig.ts'),
    import('../kube/create-client.ts'),
  ]);
  const deadline = AbortSignal.timeout(3000);
  try {
    const client = createKubeClient(await readKubeconfig(kubeconfig));
    try {
      return (await client.raw({ path: '/readyz', signal: deadline })).code === 200;
    } finally {
      client.close();
    }
  } catch {
    return deadline.aborted && isAlive(pid);
  }
}
