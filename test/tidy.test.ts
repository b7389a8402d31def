/** Holds the shape of the code: which folder may import which, how long files and functions are, no `any`, no circles. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

/** Each folder of src/ and what it may import, from ARCHITECTURE.md. A folder always may import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  kube: ['kit'],
  policy: ['kit', 'kube'],
  shell: ['kit'],
  scenario: ['kit', 'kube', 'cluster'],
  cluster: ['kit', 'kube'],
  'cluster/embedded': ['kit', 'kube', 'policy', 'shell', 'cluster'],
  'cluster/kind': ['kit', 'kube', 'cluster'],
  'cluster/existing': ['kit', 'kube', 'cluster'],
  kubectl: ['kit', 'kube', 'shell'],
  probe: ['kit', 'kube'],
  check: ['kit', 'kube', 'policy', 'scenario', 'probe'],
  diagnose: ['kit', 'kube', 'policy', 'probe'],
  runner: ['kit', 'kube', 'policy', 'scenario', 'cluster', 'kubectl', 'probe', 'check', 'diagnose'],
  'ui/terminal': ['kit', 'kube', 'scenario', 'check', 'runner', 'ui'],
  'ui/report': ['kit', 'kube', 'scenario', 'check', 'runner', 'ui'],
  'ui/web': ['kit', 'kube', 'scenario', 'check', 'runner', 'ui'],
  ui: ['kit', 'kube', 'scenario', 'check', 'runner'],
};

const maxFileLines = 300;
const maxFunctionLines = 70;

interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
  readonly imports: readonly string[];
}

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8');
    const imports = [
      ...text.matchAll(/(?:^|\n)(?:import|export)\b[^;'"]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/g),
    ].map(([, statically, lazily]) => relative(src, resolve(src, dirname(path), statically ?? lazily ?? '')));
    return { path: posix(path), lines: text.split('\n'), imports: imports.map(posix) };
  });

describe('src/', () => {
  test('a folder imports only from the rows above it', () => {
    const breaches = files.flatMap(({ path, imports }) => {
      const from = folderOf(path);
      if (from === 'cli') return [];
      const allowed = mayImport[from];
      if (!allowed) return [`${path}: the folder ${from} has no row in the table`];
      return imports
        .filter((target) => folderOf(target) !== from && !allowed.includes(folderOf(target)))
        .map((target) => `${path} imports ${target}`);
    });
    expect(breaches).toEqual([]);
  });

  test('no file imports itself by a detour', () => {
    expect(circles()).toEqual([]);
  });

  test(`no file is longer than ${maxFileLines} lines`, () => {
    const long = files.filter(({ path, lines }) => !isGenerated(path) && lines.length > maxFileLines + 1);
    expect(long.map(({ path, lines }) => `${path}: ${lines.length}`)).toEqual([]);
  });

  test(`no function is longer than ${maxFunctionLines} lines`, () => {
    expect(files.filter(({ path }) => !isGenerated(path)).flatMap(longFunctions)).toEqual([]);
  });

  test('nothing is any, default-exported, or switched off for the compiler', () => {
    const loose = files
      .filter(({ path }) => !isGenerated(path))
      .flatMap(({ path, lines }) =>
        lines
          .filter((line) => !isComment(line))
          .map(withoutStrings)
          .filter((line) =>
            /(?::|\bas|<) ?any\b|\bany\[\]|^export default|@ts-(?:ignore|nocheck|expect-error)|\bTODO\b|\bFIXME\b/.test(
              line,
            ),
          )
          .map((line) => `${path}: ${line.trim()}`),
      );
    expect(loose).toEqual([]);
  });

  test('nothing inside the embedded cluster asks Node for time or chance', () => {
    const ambient = files
      .filter(({ path }) => /^(cluster\/embedded|shell|policy|diagnose|check)\//.test(path))
      .flatMap(({ path, lines }) =>
        lines
          .filter(
            (line) =>
              !isComment(line) &&
              /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|(?<![.\w])set(?:Timeout|Interval)\(/.test(line),
          )
          .map((line) => `${path}: ${line.trim()}`),
      );
    expect(ambient).toEqual([]);
  });
});

function folderOf(path: string): string {
  const parts = path.split('/');
  if ((parts[0] === 'cluster' || parts[0] === 'ui') && parts.length > 2) return `${parts[0]}/${parts[1]}`;
  return parts[0] ?? '';
}

function isComment(line: string): boolean {
  return /^\s*(\/?\*|\/\/)/.test(line);
}

function withoutStrings(line: string): string {
  return line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}

function isGenerated(path: string): boolean {
  return path.includes('/generated/');
}

/** Formatted code: a function's closing brace stands in the column of its first line. */
function longFunctions({ path, lines }: SourceFile): string[] {
  const opening =
    /^(\s*)(?:export |async |static |private |readonly |get |set )*(?:function\*? |constructor\(|(?:const|let) [\w$]+.*=> \{$|\*?#?[\w$]+\(.*\).*\{$|[\w$]+: (?:async )?\(.*=> \{$)/;
  return lines.flatMap((line, start) => {
    const match = opening.exec(line);
    if (!match || /^\s*(if|for|while|switch|catch|return|describe|test)\b/.test(line)) return [];
    const end = lines.findIndex((later, i) => i > start && later.startsWith(`${match[1]}}`));
    return end - start + 1 > maxFunctionLines ? [`${path}:${start + 1} has ${end - start + 1} lines`] : [];
  });
}

function circles(): string[] {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, 'done');
  };
  for (const { path } of files) visit(path, []);
  return found;
}

function posix(path: string): string {
  return path.split(sep).join('/');
}
