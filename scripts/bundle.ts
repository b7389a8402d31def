/**
 * Compiles TypeScript into few files: a program of 700 small modules, packages not counted, takes half a second longer to load than
 * the same code in one. What is imported lazily stays a file of its own. Types are not checked: `npm run typecheck`.
 */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './third-party.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Left where npm put them: large and seldom needed, without a licence file to pass on (rfc6902), or optional to ws. */
const external = ['@kubernetes/client-node', 'enquirer', 'execa', 'listr2', 'rfc6902', 'bufferutil', 'utf-8-validate'];

export interface Bundle {
  /** Relative to the repository; each lands in `folder` under its path below `base`. */
  readonly entries: readonly string[];
  readonly base: string;
  /** Absolute. What an earlier build left there goes once the new files are there: a lab may be running from it. */
  readonly folder: string;
  /** Below `folder`; as deep as the entries, which find the package's own files by their distance from its root. */
  readonly chunks: string;
}

/** The program as it is shipped: `dist/cli/main.js`, and the built-in kubectl for those who drive it alone. */
export async function buildProgram(): Promise<void> {
  await bundle({
    entries: ['src/cli/main.ts', 'src/kubectl/run.ts'],
    base: 'src',
    folder: fileURLToPath(new URL('../dist', import.meta.url)),
    chunks: 'cli',
  });
}

export async function bundle({ entries, base, folder, chunks }: Bundle): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outbase: base,
    outdir: folder,
    chunkNames: `${chunks}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external,
    // What CommonJS packages require of Node itself.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
    metafile: true,
  });
  await writeFile(join(folder, 'THIRD-PARTY.txt'), await licencesOf(root, Object.keys(metafile.inputs)));
  const written = new Set(Object.keys(metafile.outputs).map((path) => join(root, path)));
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const stale = found.filter(
    (entry) => entry.isFile() && entry.name.endsWith('.js') && !written.has(join(entry.parentPath, entry.name)),
  );
  await Promise.all(stale.map((entry) => rm(join(entry.parentPath, entry.name))));
}
