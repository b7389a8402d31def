/** From a parsed word to strings: tilde, parameters, substitutions, arithmetic, then splitting and globbing, in POSIX' order. */
import type { Word, WordPart } from '../syntax/ast.ts';
import { ArithmeticProblem, evaluateArithmetic } from './arithmetic.ts';
import { type Chunk, fieldText, splitFields } from './fields.ts';
import { globField } from './glob.ts';
import { expandParameter } from './parameters.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import type { Shell } from './shell.ts';

/** The arguments of a command: every word may become none, one or several. */
export async function expandWords(shell: Shell, words: readonly Word[]): Promise<string[]> {
  const result: string[] = [];
  for (const word of words) {
    const simple = plainText(word);
    if (simple !== undefined) {
      result.push(simple);
      continue;
    }
    const chunks = await expandParts(shell, tildes(shell, word.parts, false));
    for (const field of splitFields(chunks, shell.ifs)) {
      const names = shell.options.has('f') ? undefined : globField(shell.process.fs, shell.cwd, field);
      if (names) result.push(...names);
      else result.push(fieldText(field));
    }
  }
  return result;
}

/** Most words are one plain text: no need to go the whole way. */
function plainText(word: Word): string | undefined {
  const [only] = word.parts;
  if (word.parts.length !== 1 || only?.type !== 'text') return undefined;
  return only.quoted || !/[*?[~]/.test(only.text) ? only.text : undefined;
}

/** One string, neither split nor globbed: values, redirection targets, the subject of `case`, here-documents. */
export async function expandString(
  shell: Shell,
  word: Word,
  options: { readonly assignment?: boolean; readonly tilde?: boolean } = {},
): Promise<string> {
  const parts = options.tilde === false ? word.parts : tildes(shell, word.parts, options.assignment === true);
  const chunks = await expandParts(shell, parts);
  return chunks.map((chunk) => (chunk === 'break' ? ' ' : chunk.text)).join('');
}

/** Quoted characters of the word stand for themselves. */
export async function expandPattern(shell: Shell, word: Word): Promise<Pattern> {
  const chunks = await expandParts(shell, tildes(shell, word.parts, false));
  return compilePattern(chunks.map((chunk) => (chunk === 'break' ? { text: ' ', quoted: true } : chunk)));
}

async function expandParts(shell: Shell, parts: readonly WordPart[]): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for (const part of parts) {
    const { quoted } = part;
    switch (part.type) {
      case 'text':
        chunks.push({ text: part.text, quoted, split: false });
        break;
      case 'command':
        chunks.push({ text: await shell.engine.substitute(shell, part.script), quoted, split: !quoted });
        break;
      case 'arithmetic':
        chunks.push({ text: await expandArithmetic(shell, part.expression), quoted, split: !quoted });
        break;
      case 'parameter':
        chunks.push(...(await expandParameter(shell, part.parameter, quoted, operands)));
        break;
    }
  }
  return chunks;
}

/** How parameter expansion expands its own words; handed in, because the two need each other. */
const operands = {
  chunks: (shell: Shell, word: Word) => expandParts(shell, tildes(shell, word.parts, false)),
  string: (shell: Shell, word: Word) => expandString(shell, word),
  pattern: expandPattern,
  number: async (shell: Shell, word: Word) => Number(await expandArithmetic(shell, word)),
};

export async function expandArithmetic(shell: Shell, expression: Word): Promise<string> {
  const text = await expandString(shell, expression, { tilde: false });
  return calculate(shell, text).toString();
}

/** Throws ShellError with the shell's own wording. */
export function calculate(shell: Shell, text: string): bigint {
  try {
    return evaluateArithmetic(text, {
      recursive: shell.wording.name !== 'dash',
      set: (name, value) => shell.setVariable(name, value),
      get: (name) => {
        const value = shell.parameter(name);
        if (value === undefined && shell.options.has('u')) throw shell.fail(`${name}: parameter not set`);
        return value;
      },
    });
  } catch (error) {
    if (!(error instanceof ArithmeticProblem)) throw error;
    if (error.kind === 'number') throw shell.fail(shell.wording.illegalNumber(error.text));
    throw shell.fail(shell.wording.arithmetic(error.kind, text));
  }
}

/** `~` and `~root` at the start of a word, in assignments after each colon, too. Unknown users stay as written. */
function tildes(shell: Shell, parts: readonly WordPart[], assignment: boolean): readonly WordPart[] {
  if (!parts.some((part) => part.type === 'text' && !part.quoted && part.text.includes('~'))) return parts;
  const places = assignment ? /(^|:)~([A-Za-z_][\w-]*)?(?=[/:]|$)/g : /^(?<before>)~([A-Za-z_][\w-]*)?(?=\/|$)/g;
  return parts.flatMap((part, i): readonly WordPart[] => {
    if (part.type !== 'text' || part.quoted || (i > 0 && !assignment)) return [part];
    const followed = i < parts.length - 1;
    const pieces: WordPart[] = [];
    let done = 0;
    for (const match of part.text.matchAll(places)) {
      const [whole, before = '', user] = match;
      const end = match.index + whole.length;
      const atStart = match.index > 0 || before !== '' || i === 0;
      const home = homeOf(shell, user);
      if (!atStart || home === undefined || (followed && end === part.text.length)) continue;
      pieces.push({ type: 'text', text: part.text.slice(done, match.index) + before, quoted: false });
      pieces.push({ type: 'text', text: home, quoted: true });
      done = end;
    }
    return [...pieces, { type: 'text', text: part.text.slice(done), quoted: false }];
  });
}

function homeOf(shell: Shell, user: string | undefined): string | undefined {
  if (user === undefined) return shell.vars.get('HOME');
  const passwd = shell.process.fs.readFile('/etc/passwd');
  const line = new TextDecoder()
    .decode(passwd)
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  return line?.split(':')[5] ?? (user === 'root' ? '/root' : undefined);
}
