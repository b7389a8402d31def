/**
 * Parses Go's text/template as far as kubectl's -o go-template users go: fields, variables, pipelines, if, with, range,
 * trim markers, comments. define, template and block are refused plainly.
 */
import { notBuiltIn } from '../errors.ts';

export interface ControlNode {
  readonly type: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[];
}

export type TemplateNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'print'; readonly pipe: Pipe }
  | ControlNode
  | { readonly type: 'break' | 'continue' };

export interface Pipe {
  /** `$k, $v :=` */
  readonly declares: readonly string[];
  readonly assigns: boolean;
  /** Each command's words; the value of one is the last argument of the next. */
  readonly commands: readonly (readonly Operand[])[];
}

export type Operand =
  | { readonly type: 'literal'; readonly value: string | number | boolean | null }
  | { readonly type: 'function'; readonly name: string }
  /** `.a.b`, `$x.a`, `(pipe).a`; `base` '' is the dot. */
  | { readonly type: 'path'; readonly base: string | Pipe; readonly fields: readonly string[] };

interface Action {
  readonly text?: string;
  readonly words?: readonly string[];
}

/** Throws Error with a message close to Go's. */
export function parseGoTemplate(input: string): readonly TemplateNode[] {
  const actions = splitActions(input);
  const [nodes] = parseBlock(actions, 0, false);
  return nodes;
}

function splitActions(input: string): Action[] {
  const out: Action[] = [];
  let at = 0;
  let trimNext = false;
  while (at <= input.length) {
    const open = input.indexOf('{{', at);
    let text = open < 0 ? input.slice(at) : input.slice(at, open);
    if (trimNext) text = text.trimStart();
    if (open < 0) {
      if (text) out.push({ text });
      break;
    }
    const trimsLeft = /^\{\{-\s/.test(input.slice(open, open + 4));
    if (trimsLeft) text = text.trimEnd();
    if (text) out.push({ text });
    const start = open + (trimsLeft ? 3 : 2);
    const close = endOfAction(input, start);
    const body = input.slice(start, close);
    trimNext = /\s-$/.test(body);
    const inner = (trimNext ? body.slice(0, -1) : body).trim();
    if (!inner.startsWith('/*')) out.push({ words: tokenize(inner) });
    at = close + 2;
  }
  return out;
}

/** The `}}` outside of quotes. */
function endOfAction(input: string, start: number): number {
  for (let i = start; i < input.length; i++) {
    const char = input[i] ?? '';
    if (char === '"' || char === '`') {
      const end = endOfQuote(input, i);
      if (end < 0) throw new Error('template: output:1: unterminated quoted string');
      i = end;
    } else if (input.startsWith('}}', i)) return i;
  }
  throw new Error('template: output:1: unclosed action');
}

function endOfQuote(text: string, start: number): number {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i++) {
    if (quote === '"' && text[i] === '\\') i++;
    else if (text[i] === quote) return i;
  }
  return -1;
}

const token =
  /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'|:=|[=(),|]|(?:\$[\p{L}\d_]*)?(?:\.[\p{L}\d_]+)+|\$[\p{L}\d_]*|[-+]?\d[\w.]*|[\p{L}_][\p{L}\d_]*|\./gu;

function tokenize(action: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (const match of action.matchAll(token)) {
    if (match.index !== at) break;
    at += match[0].length;
    // a space matters: `(x) .y` is two operands, `(x).y` one
    words.push(/^\s/.test(match[0]) ? ' ' : match[0]);
  }
  if (at !== action.length) throw new Error(`template: output:1: unexpected ${JSON.stringify(action[at])} in operand`);
  return words;
}

function parseBlock(
  actions: readonly Action[],
  from: number,
  inner: boolean,
): [TemplateNode[], number, Action | undefined] {
  const nodes: TemplateNode[] = [];
  let at = from;
  while (at < actions.length) {
    const action = actions[at++] ?? {};
    if (action.text !== undefined) {
      nodes.push({ type: 'text', text: action.text });
      continue;
    }
    const words = action.words ?? [];
    const keyword = words[0] ?? '';
    if (keyword === 'end' || keyword === 'else') {
      if (!inner) throw new Error(`template: output:1: unexpected {{${keyword}}}`);
      return [nodes, at, action];
    }
    if (keyword === 'if' || keyword === 'with' || keyword === 'range') {
      const [node, next] = parseControl(actions, at, keyword, words.slice(1));
      nodes.push(node);
      at = next;
    } else if (keyword === 'break' || keyword === 'continue') nodes.push({ type: keyword });
    else if (['define', 'template', 'block'].includes(keyword)) throw notBuiltIn(`-o go-template with {{${keyword}}}`);
    else nodes.push({ type: 'print', pipe: parsePipe(words) });
  }
  if (inner) throw new Error('template: output:1: unexpected EOF');
  return [nodes, at, undefined];
}

function parseControl(
  actions: readonly Action[],
  from: number,
  type: 'if' | 'with' | 'range',
  words: readonly string[],
): [TemplateNode, number] {
  const pipe = parsePipe(words);
  const [body, next, ended] = parseBlock(actions, from, true);
  if (ended?.words?.[0] !== 'else') return [{ type, pipe, body, otherwise: [] }, next];
  const more = ended.words.slice(1).filter((word) => word !== ' ');
  if (more[0] === 'if' || more[0] === 'with') {
    const [node, after] = parseControl(actions, next, more[0], ended.words.slice(ended.words.indexOf(more[0]) + 1));
    return [{ type, pipe, body, otherwise: [node] }, after];
  }
  const [otherwise, after] = parseBlock(actions, next, true);
  return [{ type, pipe, body, otherwise }, after];
}

function parsePipe(words: readonly string[]): Pipe {
  const [, declares, operator, rest] = declaration(words);
  const reader = { words: rest, at: 0 };
  const commands = readCommands(reader);
  if (reader.at < rest.length)
    throw new Error(`template: output:1: unexpected ${JSON.stringify(rest[reader.at])} in operand`);
  return { declares, assigns: operator === '=', commands };
}

function declaration(words: readonly string[]): [boolean, string[], string, readonly string[]] {
  const at = words.findIndex((word) => word === ':=' || word === '=');
  if (at < 0) return [false, [], '', words];
  const names = words.slice(0, at).filter((word) => word !== ' ' && word !== ',');
  return [true, names, words[at] ?? '', words.slice(at + 1)];
}

interface Reader {
  readonly words: readonly string[];
  at: number;
}

function readCommands(reader: Reader): Operand[][] {
  const commands: Operand[][] = [[]];
  while (reader.at < reader.words.length && reader.words[reader.at] !== ')') {
    const word = reader.words[reader.at] ?? '';
    if (word === ' ') reader.at++;
    else if (word === '|') {
      reader.at++;
      commands.push([]);
    } else commands.at(-1)?.push(readOperand(reader));
  }
  if (commands.some((command) => command.length === 0))
    throw new Error('template: output:1: missing value for command');
  return commands;
}

function readOperand(reader: Reader): Operand {
  const word = reader.words[reader.at++] ?? '';
  if (word === '(') {
    const pipe: Pipe = { declares: [], assigns: false, commands: readCommands(reader) };
    if (reader.words[reader.at++] !== ')') throw new Error('template: output:1: unclosed left paren');
    const next = reader.words[reader.at] ?? '';
    if (!next.startsWith('.') || next === '.') return { type: 'path', base: pipe, fields: [] };
    reader.at++;
    return { type: 'path', base: pipe, fields: next.slice(1).split('.') };
  }
  if (word === '.') return { type: 'path', base: '', fields: [] };
  if (/^["`]/.test(word)) return { type: 'literal', value: word[0] === '`' ? word.slice(1, -1) : unquote(word) };
  if (word.startsWith("'")) return { type: 'literal', value: word.codePointAt(1) ?? 0 };
  if (/^[-+]?\d/.test(word)) return { type: 'literal', value: Number(word) };
  if (word === 'true' || word === 'false') return { type: 'literal', value: word === 'true' };
  if (word === 'nil') return { type: 'literal', value: null };
  if (word.startsWith('.') || word.startsWith('$')) {
    const [base = '', ...fields] = word.split('.');
    return { type: 'path', base, fields };
  }
  return { type: 'function', name: word };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char);
}
