/** A text under conversion: its lines, where its substitutions end, and what the parser library's complaints mean here. */
import * as unbash from 'unbash';
import { type Script, SyntaxFailure, type SyntaxProblem } from './ast.ts';
import type { WordContext } from './words.ts';

export interface Source extends WordContext {
  readonly text: string;
  readonly lineAt: (offset: number) => number;
}

export function sourceOf(
  text: string,
  firstLine: number,
  extensions: boolean,
  tree: unbash.ParsedScript,
  parseScript: (text: string, offset: number) => Script,
): Source {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  let ends: Map<number, { readonly end: number; readonly arithmetic: boolean }> | undefined;
  return {
    text,
    source: text,
    extensions,
    parseScript,
    get ends() {
      ends ??= substitutionEnds(tree);
      return ends;
    },
    lineAt(offset) {
      let low = 0;
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle;
      }
      return firstLine + low;
    },
  };
}

/** Does not descend into substitutions: their text is parsed again on its own. */
function substitutionEnds(tree: unbash.ParsedScript): Map<number, { end: number; arithmetic: boolean }> {
  const ends = new Map<number, { end: number; arithmetic: boolean }>();
  const visit = (node: unbash.SyntaxNode): void => {
    if (node.type === 'CommandExpansion' || node.type === 'ArithmeticCommandExpansion') {
      ends.set(node.pos, { end: node.end, arithmetic: false });
      return;
    }
    if (node.type === 'ArithmeticExpansion') ends.set(node.pos, { end: node.end, arithmetic: true });
    unbash.forEachChild(node, visit);
  };
  unbash.forEachChild(tree, visit);
  return ends;
}

export function refuse(source: Source, offset: number, token: string): never {
  throw new SyntaxFailure({ kind: 'unexpected', token, expecting: undefined }, source.lineAt(offset), false);
}

/** The first complaint decides, as in a shell that stops at it. */
export function failureOf(source: Source, errors: readonly unbash.ParseError[]): SyntaxFailure {
  const [first] = errors;
  const expecting = errors
    .map((error) => /^expected '([^']+)'/.exec(error.message)?.[1])
    .find((token) => token !== undefined);
  const message = first?.message ?? '';
  const pos = first?.pos ?? 0;
  const lastLine = source.lineAt(source.text.length);
  if (message.startsWith('unterminated')) return new SyntaxFailure(unterminated(message), lastLine, true);
  const quoted = /^unexpected token '([\s\S]+)'$/.exec(message)?.[1];
  if (quoted !== undefined) {
    return new SyntaxFailure({ kind: 'unexpected', token: quoted, expecting: undefined }, source.lineAt(pos), false);
  }
  const token = tokenAt(source.text, pos);
  const problem: SyntaxProblem =
    token === ''
      ? { kind: 'end-of-file', expecting }
      : { kind: 'unexpected', token, expecting: /expected command/.test(message) ? undefined : expecting };
  // A redirection without a target is complete at the end of its line, and wrong.
  const incomplete = token === '' && !message.includes('redirect target');
  return new SyntaxFailure(problem, token === '' ? lastLine : source.lineAt(pos), incomplete);
}

function unterminated(message: string): SyntaxProblem {
  if (message.includes('arithmetic')) return { kind: 'missing-arithmetic' };
  if (message.includes('parameter')) return { kind: 'missing-brace' };
  if (message.includes('command substitution')) return { kind: 'end-of-file', expecting: ')' };
  if (message.includes('backtick')) return { kind: 'end-of-file', expecting: undefined };
  return { kind: 'unterminated-quote' };
}

/** Empty at the end of the text. The library points at the opening token of an unclosed compound now and then. */
function tokenAt(text: string, pos: number): string {
  const rest = text.slice(pos).replace(/^(?:[ \t]|\\\n)+/, '');
  if (/^[\s;]*$/.test(rest) && !rest.startsWith(';'))
    return rest.trim() === '' && rest.includes('\n') && pos < text.trimEnd().length ? 'newline' : '';
  const operator = /^(?:;;|&&|\|\||>>|<<|[;&|<>()])/.exec(rest)?.[0];
  if (operator) return operator;
  const word = /^[^\s;&|<>()]+/.exec(rest)?.[0] ?? '';
  return word === '{' || (word !== '' && /^[\s]*$/.test(rest.slice(word.length)))
    ? isOpening(word)
      ? ''
      : word
    : word;
}

function isOpening(word: string): boolean {
  return word === '{' || word === '(';
}
