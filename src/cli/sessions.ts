/**
 * What is being played on clusters that no process of ours runs: kind, and somebody's. One file per cluster or prefix, so that
 * other terminals find it and a second session does not walk into the first. A file whose process is gone counts for nothing.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../kit/errors.ts';
import { isAlive } from '../kit/is-alive.ts';
import { makeStateFolder } from './registry.ts';

export interface SessionRecord {
  readonly schemaVersion: 1;
  /** Of the kind cluster; the prefix on a cluster that exists. */
  readonly name: string;
  readonly provider: 'kind' | 'existing';
  readonly pid: number;
  /** Path; absent while the cluster is on its way. */
  readonly kubeconfig?: string;
  readonly probeImage?: string;
}

/** One that can be joined. */
export type OpenSession = SessionRecord & { readonly kubeconfig: string };

export interface ClaimedSession extends AsyncDisposable {
  /** From now on other terminals find it. */
  publish(found: Pick<SessionRecord, 'probeImage'> & { readonly kubeconfig: string }): Promise<void>;
}

function folderOf(home: string): string {
  return join(home, 'sessions');
}

/** Throws LabError ERR_CLUSTER_EXISTS while another process plays there. */
export async function claimSession(
  home: string,
  session: Pick<SessionRecord, 'name' | 'provider' | 'pid'>,
): Promise<ClaimedSession> {
  const { name, provider, pid } = session;
  await makeStateFolder(folderOf(home));
  const path = join(folderOf(home), `${provider}-${name}.json`);
  const record: SessionRecord = { schemaVersion: 1, name, provider, pid };
  await removeStale(path);
  try {
    await writeFile(path, JSON.stringify(record), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = await read(path);
    throw new LabError('ERR_CLUSTER_EXISTS', `${placeOf(record)} is being played on already (process ${holder?.pid})`, {
      cure: provider === 'kind' ? 'end that session, or choose another --name' : 'choose another --prefix',
    });
  }
  return {
    async publish(found) {
      const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      await writeFile(temporary, JSON.stringify({ ...record, ...found }), { mode: 0o600 });
      await rename(temporary, path);
    },
    [Symbol.asyncDispose]: () => rm(path, { force: true }),
  };
}

/** Those that can be joined, sorted by name. What a crash has left is removed on the way. */
export async function findSessions(home: string): Promise<readonly OpenSession[]> {
  const files = (await readdir(folderOf(home)).catch((): string[] => [])).filter((file) => file.endsWith('.json'));
  const paths = files.sort().map((file) => join(folderOf(home), file));
  const found = await Promise.all(
    paths.map(async (path) => {
      await removeStale(path);
      return read(path);
    }),
  );
  return found.flatMap((record) => (record?.kubeconfig ? [{ ...record, kubeconfig: record.kubeconfig }] : []));
}

async function removeStale(path: string): Promise<void> {
  const record = await read(path);
  if (record && !isAlive(record.pid)) await rm(path, { force: true });
}

async function read(path: string): Promise<SessionRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as SessionRecord;
    return record.schemaVersion === 1 && typeof record.pid === 'number' ? record : undefined;
  } catch {
    return undefined;
  }
}

function placeOf({ name, provider }: Pick<SessionRecord, 'name' | 'provider'>): string {
  return provider === 'kind' ? `the kind cluster "${name}"` : `the prefix "${name}"`;
}
