/**
 * Calico's manifest: a file that the user names, or the pinned release, downloaded once into the cache folder. What does not
 * have the pinned SHA-256 is never applied.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../kit/errors.ts';
import { parseManifests } from '../../kube/yaml.ts';
import { download } from './download.ts';
import { sha256, writeOwnFile } from './record.ts';
import type { Env } from './tools.ts';

export interface PinnedManifest {
  readonly file: string;
  readonly url: string;
  readonly sha256: string;
}

const release = 'v3.32.1';

export const pinnedCalico: PinnedManifest = {
  file: `calico-vxlan-${release}.yaml`,
  url: `https://raw.githubusercontent.com/projectcalico/calico/${release}/manifests/calico-vxlan.yaml`,
  sha256: 'c2ab4f9a4ecde01d66e6f040d6745cd7f174d5ded573164c809ffb9f40a9d566',
};

export interface ManifestSources {
  /** --calico-manifest. */
  readonly file?: string;
  readonly cacheFolder: string;
  readonly env: Env;
  readonly pinned?: PinnedManifest;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

export interface CalicoManifest {
  readonly path: string;
  readonly sha256: string;
  /** Images that its pods run, sorted. */
  readonly images: readonly string[];
}

/** Throws LabError ERR_USAGE for a file that is no manifest of Calico's, ERR_PROGRAM_FAILED when it cannot be downloaded. */
export async function obtainCalicoManifest(sources: ManifestSources): Promise<CalicoManifest> {
  const { file, pinned = pinnedCalico } = sources;
  if (file !== undefined) return fromFile(file);
  const cached = await cachedManifest(sources.cacheFolder, pinned);
  if (cached) return cached;
  const path = join(sources.cacheFolder, pinned.file);
  if (await stat(path).catch(() => undefined))
    sources.onProgress?.(`${path} is not what was downloaded: downloading it again`);
  sources.onProgress?.(`downloading ${pinned.url}`);
  const data = await download(pinned.url, sources.env, sources.signal).catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(error.code, error.message, {
      details: error.details,
      cure: `bring the file onto this machine and name it: --calico-manifest FILE (or put it at ${path})`,
      cause: error,
    });
  });
  const found = sha256(data);
  if (found !== pinned.sha256) {
    throw new LabError('ERR_REFUSED', `${pinned.url} is not the pinned manifest`, {
      details: `expected SHA-256 ${pinned.sha256}\nfound            ${found}`,
      cure: 'if you trust another file, name it: --calico-manifest FILE',
    });
  }
  await writeOwnFile(path, Buffer.from(data).toString('utf8'));
  return describe(path, data);
}

/** What the cache holds of it; undefined where it would be downloaded. */
export async function cachedManifest(cacheFolder: string, pinned = pinnedCalico): Promise<CalicoManifest | undefined> {
  const path = join(cacheFolder, pinned.file);
  const cached = await readFile(path).catch(() => undefined);
  return cached && sha256(cached) === pinned.sha256 ? describe(path, cached) : undefined;
}

async function fromFile(path: string): Promise<CalicoManifest> {
  const data = await readFile(path).catch((cause: Error) => {
    throw new LabError('ERR_USAGE', `cannot read the file of --calico-manifest, ${path}`, { details: cause.message });
  });
  return describe(path, data);
}

function describe(path: string, data: Uint8Array): CalicoManifest {
  const { manifests, problems } = parseManifests(Buffer.from(data).toString('utf8'), path);
  const node = manifests.some(({ object }) => object.kind === 'DaemonSet' && object.metadata.name === 'calico-node');
  if (problems.length > 0 || !node) {
    throw new LabError('ERR_USAGE', `${path} is no manifest that installs Calico`, {
      details:
        problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n') ||
        'it has no DaemonSet calico-node',
      cure: "use Calico's manifests/calico-vxlan.yaml or calico.yaml; the operator's (tigera-operator.yaml) is another kind of file",
    });
  }
  const images = new Set<string>();
  for (const { object } of manifests) collectImages(object, images);
  return { path, sha256: sha256(data), images: [...images].sort() };
}

function collectImages(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectImages(item, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === 'image' && typeof item === 'string') into.add(item);
      else collectImages(item, into);
    }
  }
}
