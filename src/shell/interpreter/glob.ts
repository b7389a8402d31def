/** Pathname expansion: which files a pattern names. Sorted by bytes; a leading dot is matched only by a written dot. */
import { resolvePath } from '../paths.ts';
import type { FileSystem } from '../process.ts';
import { type Field, fieldText } from './fields.ts';
import { compilePattern, type Pattern, type Piece } from './pattern.ts';

/** Undefined when nothing matches, or nothing in it is a wildcard: the word then stands for itself. */
export function globField(fs: FileSystem, cwd: string, field: Field): readonly string[] | undefined {
  if (!field.some(({ text, quoted }) => !quoted && /[*?[]/.test(text))) return undefined;
  const components = splitPath(field).map((pieces) => ({ pieces, pattern: compilePattern(pieces) }));
  if (!components.some(({ pattern }) => pattern.magic)) return undefined;
  const absolute = fieldText(field).startsWith('/');
  let found: readonly string[] = [absolute ? '/' : ''];
  for (const [i, { pieces, pattern }] of components.entries()) {
    const last = i === components.length - 1;
    found = found.flatMap((base) => extend(fs, cwd, base, pieces, pattern, last));
  }
  return found.length === 0 ? undefined : [...found].sort(byBytes);
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function extend(
  fs: FileSystem,
  cwd: string,
  base: string,
  pieces: readonly Piece[],
  pattern: Pattern,
  last: boolean,
): readonly string[] {
  const name = fieldText(pieces);
  // `a/` and doubled slashes: an empty component asks only for a directory.
  if (name === '')
    return fs.stat(resolvePath(cwd, base))?.type === 'directory'
      ? [base === '' || base.endsWith('/') ? base : `${base}/`]
      : [];
  const join = (entry: string): string => (base === '' || base.endsWith('/') ? base + entry : `${base}/${entry}`);
  if (!pattern.magic) return fs.lstat(resolvePath(cwd, join(pattern.literal))) ? [join(pattern.literal)] : [];
  const names = fs.list(resolvePath(cwd, base)) ?? [];
  return ['.', '..', ...names]
    .filter((entry) => !entry.startsWith('.') || pattern.literal.startsWith('.') || name.startsWith('.'))
    .filter((entry) => pattern.matches(entry))
    .map(join)
    .filter((path) => last || fs.stat(resolvePath(cwd, path))?.type === 'directory');
}

/** The leading slash of an absolute path is not a component. */
function splitPath(field: Field): readonly (readonly Piece[])[] {
  const components: Piece[][] = [[]];
  for (const { text, quoted } of field) {
    const [first = '', ...rest] = text.split('/');
    components.at(-1)?.push({ text: first, quoted });
    for (const part of rest) components.push([{ text: part, quoted }]);
  }
  return components[0]?.every(({ text }) => text === '') ? components.slice(1) : components;
}
