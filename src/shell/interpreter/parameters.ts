/** `$x` and `${x…}`: every form of parameter expansion. */
import { unreachable } from '../../kit/assert.ts';
import type { Parameter, Word } from '../syntax/ast.ts';
import type { Chunk } from './fields.ts';
import type { Pattern } from './pattern.ts';
import type { Shell } from './shell.ts';

/** How the words inside the braces are expanded. */
export interface Operands {
  chunks(shell: Shell, word: Word): Promise<readonly Chunk[]>;
  string(shell: Shell, word: Word): Promise<string>;
  pattern(shell: Shell, word: Word): Promise<Pattern>;
  number(shell: Shell, word: Word): Promise<number>;
}

/** Throws ShellError: unset under `set -u`, `${x?…}`, read-only, bad substitution. */
export async function expandParameter(
  shell: Shell,
  parameter: Parameter,
  quoted: boolean,
  operands: Operands,
): Promise<readonly Chunk[]> {
  const { name, operation } = parameter;
  const one = (text: string): readonly Chunk[] => [{ text, quoted, split: !quoted }];
  switch (operation.kind) {
    case 'bad':
      throw shell.fail(shell.wording.badSubstitution);
    case 'plain':
      return plain(shell, name, quoted);
    case 'length':
      return one(String([...required(shell, name)].length));
    case 'default':
    case 'assign':
    case 'error':
    case 'alternative':
      return conditional(shell, parameter.name, operation, quoted, operands);
    case 'strip': {
      const pattern = await operands.pattern(shell, operation.pattern);
      return mapValues(shell, name, quoted, (value) => strip(value, pattern, operation.side, operation.longest));
    }
    case 'replace': {
      const pattern = await operands.pattern(shell, operation.pattern);
      const replacement = await operands.string(shell, operation.replacement);
      return mapValues(shell, name, quoted, (value) => replace(value, pattern, replacement, operation));
    }
    case 'slice': {
      const offset = await operands.number(shell, operation.offset);
      const length = operation.length && (await operands.number(shell, operation.length));
      return one(slice(required(shell, name), offset, length));
    }
    default:
      return unreachable(operation);
  }
}

/** The value, or the error of `set -u`. `$@` and `$*` are never unset. */
function required(shell: Shell, name: string): string {
  const value = shell.parameter(name);
  if (value === undefined && shell.options.has('u') && name !== '@' && name !== '*')
    throw shell.fail(`${name}: parameter not set`);
  return value ?? '';
}

function plain(shell: Shell, name: string, quoted: boolean): readonly Chunk[] {
  return mapValues(shell, name, quoted, (value) => value);
}

function mapValues(shell: Shell, name: string, quoted: boolean, change: (value: string) => string): readonly Chunk[] {
  if (name !== '@' && name !== '*') return [{ text: change(required(shell, name)), quoted, split: !quoted }];
  const values = shell.positional.map(change);
  if (name === '*' && quoted) return [{ text: values.join(shell.ifs.slice(0, 1)), quoted, split: false }];
  return values.flatMap((text, i): readonly Chunk[] => {
    const chunk: Chunk = { text, quoted, split: !quoted };
    return i === 0 ? [chunk] : ['break', chunk];
  });
}

type Conditional = Extract<Parameter['operation'], { readonly word: Word }>;

async function conditional(
  shell: Shell,
  name: string,
  operation: Conditional,
  quoted: boolean,
  operands: Operands,
): Promise<readonly Chunk[]> {
  const value = shell.parameter(name);
  const isSet = value !== undefined && !(operation.colon && value === '');
  if (operation.kind === 'alternative')
    return isSet ? operandChunks(shell, operation.word, quoted, operands) : emptyChunk(quoted);
  if (isSet) return plain(shell, name, quoted);
  switch (operation.kind) {
    case 'default':
      return operandChunks(shell, operation.word, quoted, operands);
    case 'assign': {
      if (!/^[A-Za-z_]/.test(name)) throw shell.fail(shell.wording.badSubstitution);
      const text = await operands.string(shell, operation.word);
      shell.setVariable(name, text);
      return [{ text, quoted, split: !quoted }];
    }
    case 'error': {
      const text = await operands.string(shell, operation.word);
      const unset = operation.colon ? 'parameter not set or null' : 'parameter not set';
      throw shell.fail(`${name}: ${text || unset}`);
    }
    default:
      return unreachable(operation.kind);
  }
}

function emptyChunk(quoted: boolean): readonly Chunk[] {
  return [{ text: '', quoted, split: !quoted }];
}

/** Unquoted text of the operand is split like the rest of an expansion. */
async function operandChunks(shell: Shell, word: Word, quoted: boolean, operands: Operands): Promise<readonly Chunk[]> {
  const chunks = await operands.chunks(shell, word);
  if (chunks.length === 0) return emptyChunk(quoted);
  return chunks.map((chunk) => (chunk === 'break' || chunk.quoted ? chunk : { ...chunk, split: true }));
}

function strip(value: string, pattern: Pattern, side: 'prefix' | 'suffix', longest: boolean): string {
  const length = pattern.matchEnd(value, side, longest);
  if (length === undefined) return value;
  return side === 'prefix' ? value.slice(length) : value.slice(0, value.length - length);
}

function replace(
  value: string,
  pattern: Pattern,
  replacement: string,
  how: { readonly all: boolean; readonly anchor: '' | '#' | '%' },
): string {
  if (how.anchor !== '') {
    const side = how.anchor === '#' ? 'prefix' : 'suffix';
    const length = pattern.matchEnd(value, side, true);
    if (length === undefined) return value;
    return side === 'prefix' ? replacement + value.slice(length) : value.slice(0, value.length - length) + replacement;
  }
  let result = '';
  let rest = value;
  while (rest !== '') {
    const length = pattern.matchEnd(rest, 'prefix', true);
    if (length) {
      result += replacement;
      rest = rest.slice(length);
      if (!how.all) break;
    } else {
      const [char = ''] = rest;
      result += char;
      rest = rest.slice(char.length);
    }
  }
  return result + rest;
}

function slice(value: string, offset: number, length: number | undefined): string {
  const chars = [...value];
  const start = offset < 0 ? Math.max(0, chars.length + offset) : offset;
  if (length === undefined) return chars.slice(start).join('');
  return chars.slice(start, length < 0 ? chars.length + length : start + length).join('');
}
