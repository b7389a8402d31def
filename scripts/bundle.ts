/**
 * Compiles TypeScript into few files: a program of 700 small modules, packages not counted, takes half a second longer to load than
 * the same code in one. Types are not checked: `npm run typecheck`.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { licencesOf } from './third-party.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Left where npm put them: large and seldom needed (client-node), without a licence file to pass on (rfc6902), optional to ws. */
const external = ['@kubernetes/client-node', 'rfc6902', 'bufferutil', 'utf-8-validate'];

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  external,
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

/** `dist/cli/main.js` as it is shipped, and the built-in kubectl as a module for those who drive it alone. */
export async function buildProgram(): Promise<void> {
  const folder = fileURLToPath(new URL('../dist', import.meta.url));
  const inputs = await bundleProgram('src/cli/program.ts', join(folder, 'cli/main'));
  await build({
    ...common,
    entryPoints: ['src/kubectl/run.ts'],
    outfile: join(folder, 'kubectl/run.js'),
    format: 'esm',
    // What CommonJS packages require of Node itself.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  await writeFile(join(folder, 'THIRD-PARTY.txt'), await licencesOf(root, inputs));
}

/**
 * `<target>.cjs` holds the program, `<target>.js` (src/cli/main.ts) starts it. CommonJS, because only of that can Node 20 keep what
 * was compiled. Returns the paths of all that went in, relative to the repository.
 */
export async function bundleProgram(entry: string, target: string): Promise<readonly string[]> {
  const { metafile, outputFiles } = await build({
    ...common,
    entryPoints: [entry],
    outfile: `${target}.cjs`,
    format: 'cjs',
    // The launcher's, which lies in the same folder.
    define: { 'import.meta.url': 'launcherUrl' },
    write: false,
  });
  // So is the import of packages: Node 20 has none for code that it did not compile itself.
  const program = asAscii(outputFiles[0]?.text ?? '').replaceAll(/\bimport\((?="[^"]+"\))/g, 'importPackage(');
  await mkdir(dirname(target), { recursive: true });
  await writeFile(`${target}.cjs`, program);
  const programHash = createHash('sha256').update(program).digest('hex').slice(0, 12);
  await build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: `${target}.js`,
    format: 'esm',
    define: { programHash: JSON.stringify(programHash) },
  });
  await removeStale(target, programHash);
  return Object.keys(metafile.inputs);
}

/** esbuild escapes what is in strings, and leaves regular expressions and comments: the launcher reads bytes, not UTF-8. */
function asAscii(text: string): string {
  return text.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What was compiled of earlier builds. */
async function removeStale(target: string, programHash: string): Promise<void> {
  const folder = dirname(target);
  const caches = (await readdir(folder)).filter((name) => name.includes('.cache'));
  const stale = caches.filter((name) => name.startsWith(`${basename(target)}.`) && !name.includes(programHash));
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
}
