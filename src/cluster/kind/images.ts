/**
 * Brings images that are on this machine into the nodes, so that nothing is pulled twice and a machine without internet works.
 * What was loaded is remembered by image id; an image that is not here is left to the nodes to pull.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNodeImage } from './config.ts';
import type { KindRecord } from './record.ts';
import { linesOf, type Tools } from './tools.ts';

export interface LoadOptions {
  readonly cluster: string;
  /** Asked which images the nodes hold already. */
  readonly node: string;
  readonly images: readonly string[];
  readonly loaded: KindRecord['images'];
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

/** What is loaded afterwards. An image that cannot be loaded is told, not fatal: the nodes may be able to pull it. */
export async function loadImages(tools: Tools, options: LoadOptions): Promise<KindRecord['images']> {
  const { onProgress } = options;
  const loaded: Record<string, string> = { ...options.loaded };
  for (const image of [...new Set(options.images)].sort()) {
    const id = image.includes('@') ? undefined : await idOf(tools, image, options.signal);
    if (id === undefined) {
      if (loaded[image] !== undefined) continue;
      if (await isInNode(tools, image, options)) loaded[image] = inNode;
      else onProgress?.(`image ${image} ${image.includes('@') ? byDigest : 'is not on this machine'}: ${willPull}`);
      continue;
    }
    if (loaded[image] === id) continue;
    onProgress?.(`loading image ${image}`);
    const problem = await loadOne(tools, image, options);
    if (problem === undefined) loaded[image] = id;
    else onProgress?.(`image ${image} could not be loaded, the nodes will try to pull it: ${problem}`);
  }
  return loaded;
}

/** In the record instead of an id: the node image came with it. */
const inNode = 'in the node image';
const willPull = 'the nodes will pull it';
/** containerd gives an imported archive no name with a digest, so that nobody would find it. */
const byDigest = 'is named by its digest, which `kind load` does not keep';

async function isInNode({ engine, run }: Tools, image: string, { node, signal }: LoadOptions): Promise<boolean> {
  return (await run([engine, 'exec', node, 'crictl', 'inspecti', image], signal && { signal })).exitCode === 0;
}

/** The pinned node image. After `docker load` it has lost its digest, and kind would pull: then its tag has to do. */
export async function localNodeImage(
  tools: Tools,
  { signal, onProgress }: Pick<LoadOptions, 'signal' | 'onProgress'>,
): Promise<string> {
  const found = (await nodeImageOn(tools, signal)) ?? defaultNodeImage;
  if (found !== defaultNodeImage)
    onProgress?.(
      `using the node image ${found} as it is on this machine: it has no digest to compare with the pinned one`,
    );
  return found;
}

/** By digest or, failing that, by tag; undefined where kind would have to pull it. */
export async function nodeImageOn(tools: Tools, signal?: AbortSignal): Promise<string | undefined> {
  for (const image of [defaultNodeImage, defaultNodeImage.replace(/@.*/, '')])
    if ((await idOf(tools, image, signal)) !== undefined) return image;
  return undefined;
}

/** undefined when the machine has no such image. */
export async function idOf(tools: Tools, image: string, signal?: AbortSignal): Promise<string | undefined> {
  const argv = [tools.engine, 'image', 'inspect', '--format', '{{.Id}}', image];
  const { exitCode, stdout } = await tools.run(argv, signal && { signal });
  return exitCode === 0 ? linesOf(stdout)[0] : undefined;
}

/** `kind load docker-image` speaks to docker only; other engines go through an archive. */
async function loadOne(tools: Tools, image: string, options: LoadOptions): Promise<string | undefined> {
  const { cluster, signal } = options;
  if (tools.engine !== 'docker') return loadArchive(tools, image, options, []);
  const direct = await tools.run(['kind', 'load', 'docker-image', image, '--name', cluster], signal && { signal });
  if (direct.exitCode === 0) return undefined;
  // Docker's containerd store keeps an index of platforms whose contents were never pulled, and kind imports all platforms.
  const platform = await tools.run(
    ['docker', 'image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', image],
    signal && { signal },
  );
  return loadArchive(tools, image, options, ['--platform', linesOf(platform.stdout)[0] ?? 'linux/amd64']);
}

async function loadArchive(
  { engine, run }: Tools,
  image: string,
  { cluster, signal }: LoadOptions,
  flags: readonly string[],
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-image-'));
  const archive = join(folder, 'image.tar');
  try {
    const saved = await run([engine, 'save', ...flags, '--output', archive, image], signal && { signal });
    if (saved.exitCode !== 0) return lastLine(saved.stderr);
    const loaded = await run(['kind', 'load', 'image-archive', archive, '--name', cluster], signal && { signal });
    return loaded.exitCode === 0 ? undefined : lastLine(loaded.stderr);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  return linesOf(text).at(-1) ?? 'no output';
}
