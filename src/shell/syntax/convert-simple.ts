/** How a simple command, its words and its redirections become ours; bash-only words become what a POSIX shell sees in them. */
import type * as unbash from 'unbash';
import type { Redirect, SimpleCommand, Word } from './ast.ts';
import { refuse, type Source } from './source.ts';
import { parseHeredoc, parseWord } from './words.ts';

type Span = { readonly pos: number; readonly end: number };

export function wordAt(source: Source, node: unbash.Word): Word {
  rejectBashWord(source, node);
  return parseWord(source, node.pos, node.end);
}

/** Process substitution and extended globs begin with a parenthesis, which no POSIX word can hold. */
function rejectBashWord(source: Source, node: unbash.Word): void {
  for (const part of node.parts ?? []) {
    if (part.type === 'ProcessSubstitution' || part.type === 'ExtendedGlob') refuse(source, part.pos, '(');
  }
}

export function convertSimple(source: Source, node: unbash.Command): SimpleCommand {
  const assignments: { name: string; value: Word }[] = [];
  const words: Word[] = [];
  const redirects: unbash.Redirection[] = [];
  const name = node.name ? [node.name] : [];
  rejectGaps(source, [...node.prefix, ...name, ...node.suffix]);
  for (const part of [...node.prefix, ...name, ...node.suffix]) {
    switch (part.type) {
      case 'Word':
        words.push(wordAt(source, part));
        break;
      case 'Assignment':
        if (part.value.type === 'ArrayValue') refuse(source, part.value.pos, '(');
        if (words.length > 0 || part.index || part.append) words.push(parseWord(source, part.pos, part.end));
        else assignments.push({ name: part.name, value: assignedWord(source, part) });
        break;
      default:
        redirects.push(part);
    }
  }
  return {
    type: 'simple',
    assignments,
    words,
    redirects: convertRedirects(source, redirects),
    line: source.lineAt(node.pos),
  };
}

function assignedWord(source: Source, part: unbash.Assignment): Word {
  if (part.value.type === 'Word') rejectBashWord(source, part.value);
  return parseWord(source, part.pos + part.name.length + 1, part.end);
}

/** Between the words of a command there is only blank space; the library skips a stray parenthesis. */
function rejectGaps(source: Source, parts: readonly Span[]): void {
  for (const [i, part] of parts.entries()) {
    const next = parts[i + 1];
    const gap = next ? source.text.slice(part.end, next.pos) : '';
    const paren = gap.search(/[()]/);
    if (paren >= 0) refuse(source, part.end + paren, gap[paren] ?? '(');
  }
}

/** A command made of raw words, each of which is parsed again: bash's own syntax, read as POSIX. */
export function rawSimple(source: Source, pos: number, _end: number, words: readonly string[]): SimpleCommand {
  return {
    type: 'simple',
    assignments: [],
    redirects: [],
    line: source.lineAt(pos),
    words: words.map((raw) => parseWord({ ...source, source: raw, ends: new Map() }, 0, raw.length)),
  };
}

export function convertRedirects(source: Source, nodes: readonly unbash.Redirection[]): readonly Redirect[] {
  return nodes.map((node) => convertRedirect(source, node));
}

function convertRedirect(source: Source, node: unbash.Redirection): Redirect {
  const descriptor = node.descriptor?.type === 'FileDescriptor' ? node.descriptor.value : undefined;
  switch (node.type) {
    case 'HereString':
      return refuse(source, node.pos, 'redirection');
    case 'HereDoc':
      return { operator: 'heredoc', descriptor: descriptor ?? 0, target: heredocBody(source, node) };
    case 'Redirect': {
      if (!node.target) return refuse(source, node.end, 'newline');
      const operator = node.operator === '&>>' ? '&>' : node.operator;
      return {
        operator,
        descriptor: descriptor ?? (operator.startsWith('<') ? 0 : 1),
        target: wordAt(source, node.target),
      };
    }
  }
}

function heredocBody(source: Source, node: unbash.HereDoc): Word {
  const { pos, end } = node.body;
  const strip = node.operator === '<<-';
  const raw = source.text.slice(pos, end);
  const text = strip ? raw.replace(/^\t+/gm, '') : raw;
  if (node.delimiter?.quoted) return { parts: [{ type: 'text', text, quoted: true }], raw: text };
  // With tabs stripped the offsets of substitutions no longer fit: they are found again by balance.
  return strip
    ? parseHeredoc({ ...source, source: text, ends: new Map() }, 0, text.length)
    : parseHeredoc(source, pos, end);
}
