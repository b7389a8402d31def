/** What we know of a kind cluster that we are making or have made, on disk: how far it is, so that a crash can be resumed or undone. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../kit/errors.ts';
import { isAlive } from '../../kit/is-alive.ts';

export interface KindRecord {
  readonly schemaVersion: 1;
  readonly name: string;
  /** `creating`: kind has not finished. `created`: nodes are there. `ready`: the CNI and DNS have been up once. */
  readonly stage: 'creating' | 'created' | 'ready';
  readonly cni: string;
  /** The process that is making it; absent once kind has finished. */
  readonly pid?: number;
  /** Of the CNI's manifest that was applied. */
  readonly manifest?: string;
  /** Loaded into the nodes: reference to image id. */
  readonly images: Readonly<Record<string, string>>;
}

export interface KindPaths {
  readonly folder: string;
  readonly record: string;
  readonly kubeconfig: string;
  readonly config: string;
}

export function kindPaths(home: string, name: string): KindPaths {
  const folder = join(home, 'kind', name);
  return {
    folder,
    record: join(folder, 'record.json'),
    kubeconfig: join(folder, 'kubeconfig'),
    config: join(folder, 'kind.yaml'),
  };
}

/** undefined when there is none, or none that can be read: the nodes' labels still tell whose cluster it is. */
export async function readKindRecord({ record }: KindPaths): Promise<KindRecord | undefined> {
  try {
    const value = JSON.parse(await readFile(record, 'utf8')) as KindRecord;
    return value.schemaVersion === 1 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A second start would take a half-made cluster for what a crash has left. Throws LabError ERR_CLUSTER_EXISTS. */
export function refuseInTheMaking(record: KindRecord | undefined): void {
  const { name, pid } = record ?? {};
  if (pid === undefined || pid === process.pid || !isAlive(pid)) return;
  throw new LabError('ERR_CLUSTER_EXISTS', `the kind cluster "${name}" is being made just now (process ${pid})`, {
    cure: 'wait for it, then the same command again; or choose another --name',
  });
}

export async function writeKindRecord(paths: KindPaths, record: KindRecord): Promise<void> {
  await writeOwnFile(paths.record, `${JSON.stringify(record, null, 2)}\n`);
}

/** Mode 0600, to a temporary file and renamed: a reader never sees half of it. */
export async function writeOwnFile(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

export function removeKindRecord({ folder }: KindPaths): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
