/**
 * Parses kubectl's JSONPath templates (k8s.io/client-go/util/jsonpath): text with actions in braces, `range … end`,
 * filters, slices, unions, recursive descent. Error texts are the original's: learners search for them.
 */

export type PathNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'identifier'; readonly name: string }
  | {
      readonly type: 'slice';
      readonly start?: number;
      readonly end?: number;
      readonly step?: number;
      readonly derivedEnd: boolean;
    }
  | { readonly type: 'union'; readonly branches: readonly PathList[] }
  | { readonly type: 'filter'; readonly left: PathList; readonly right: PathList; readonly operator: string }
  | { readonly type: 'list'; readonly nodes: PathList };

export type PathList = readonly PathNode[];

/** The template's text and actions in order; each action is a list. Throws Error with the original's message. */
export function parseTemplate(input: string): PathList {
  const nodes: PathNode[] = [];
  let at = 0;
  while (at < input.length) {
    const open = input.indexOf('{', at);
    if (open < 0) {
      nodes.push({ type: 'text', text: input.slice(at) });
      break;
    }
    if (open > at) nodes.push({ type: 'text', text: input.slice(at, open) });
    const reader = new ActionReader(input, open + 1);
    nodes.push({ type: 'list', nodes: reader.read() });
    at = reader.position;
  }
  return nodes;
}

function parseAction(text: string): PathList {
  return new ActionReader(`${text}}`, 0).read();
}

class ActionReader {
  position: number;
  readonly #input: string;
  readonly #nodes: PathNode[] = [];

  constructor(input: string, position: number) {
    this.#input = input;
    this.position = position;
  }

  read(): PathList {
    while (!this.#looksAt('}')) this.#node();
    this.position++;
    return this.#nodes;
  }

  #looksAt(prefix: string): boolean {
    return this.#input.startsWith(prefix, this.position);
  }

  #node(): void {
    if (this.#looksAt('[?(')) this.#filter();
    else if (this.#looksAt('..')) this.#recursive();
    else {
      const char = this.#input[this.position] ?? '';
      if (char === '' || char === '\n' || char === '\r') throw new Error('unclosed action');
      this.position++;
      if (char === ' ' || char === '@' || char === '$') return;
      if (char === '[') this.#array();
      else if (char === '"' || char === "'") this.#quote(char);
      else if (char === '.') this.#field();
      else if (/[-+\d]/.test(char)) this.#number();
      else if (/[\p{L}\d_]/u.test(char)) this.#identifier();
      else throw new Error(`unrecognized character in action: ${unicode(char)}`);
    }
  }

  #recursive(): void {
    if (this.#nodes.at(-1)?.type === 'recursive') throw new Error('invalid multiple recursive descent');
    this.position += 2;
    this.#nodes.push({ type: 'recursive' });
    const next = this.#input[this.position];
    if (next !== undefined && /[\p{L}\d_]/u.test(next)) this.#field();
  }

  #field(): void {
    const start = this.position;
    while (this.position < this.#input.length && !/[\s.,[\]$@{}]/.test(this.#input[this.position] ?? '')) {
      this.position += this.#input[this.position] === '\\' ? 2 : 1;
    }
    const name = this.#input.slice(start, this.position);
    this.#nodes.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replaceAll('\\', '') });
  }

  #identifier(): void {
    const start = this.position - 1;
    while (!/[\s.,[\]$@{}]/.test(this.#input[this.position] ?? '}')) this.position++;
    const name = this.#input.slice(start, this.position);
    if (name === 'true' || name === 'false') this.#nodes.push({ type: 'bool', value: name === 'true' });
    else this.#nodes.push({ type: 'identifier', name });
  }

  #number(): void {
    const start = this.position - 1;
    while (!/[\s.,[\]$@{}]/.test(this.#input[this.position] ?? '}') || this.#input[this.position] === '.')
      this.position++;
    const text = this.#input.slice(start, this.position);
    if (!/^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text)) throw new Error(`cannot parse number ${text}`);
    this.#nodes.push({ type: 'number', value: Number(text) });
  }

  #quote(end: string): void {
    const start = this.position - 1;
    for (;;) {
      const char = this.#input[this.position++];
      if (char === undefined || char === '\n') throw new Error('unterminated quoted string');
      if (char === end && this.#input[this.position - 2] !== '\\') break;
    }
    this.#nodes.push({ type: 'text', text: unquote(this.#input.slice(start, this.position)) });
  }

  #array(): void {
    const start = this.position;
    for (;;) {
      const char = this.#input[this.position++];
      if (char === undefined || char === '\n') throw new Error('unterminated array');
      if (char === ']') break;
    }
    const text = this.#input.slice(start, this.position - 1);
    const parts = text.split(',');
    if (parts.length > 1) {
      this.#nodes.push({ type: 'union', branches: parts.map((part) => parseAction(`[${part.trim()}]`)) });
      return;
    }
    const key = /^'([^']*)'$/.exec(text);
    if (key) this.#nodes.push(...parseAction(`.${key[1]}`));
    else this.#nodes.push(slice(text === '*' ? ':' : text));
  }

  #filter(): void {
    this.position += 3;
    const start = this.position;
    let open = false;
    let closed = false;
    let pair = '';
    for (;;) {
      const char = this.#input[this.position++];
      if (char === undefined || char === '\n') throw new Error('unterminated filter');
      if (char === '"' || char === "'") {
        if (!open) [open, pair] = [true, char];
        else if (this.#input[this.position - 2] !== '\\' && char === pair) closed = true;
      } else if (char === ')' && open === closed) break;
    }
    const text = this.#input.slice(start, this.position - 1);
    if (this.#input[this.position++] !== ']') throw new Error('unclosed array expect ]');
    const match = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text);
    const [, left = text, operator = 'exists', right = ''] = match ?? [];
    this.#nodes.push({ type: 'filter', left: parseAction(left), right: match ? parseAction(right) : [], operator });
  }
}

function slice(text: string): PathNode {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (!match) throw new Error(`invalid array index ${text}`);
  const [, first = '', second, third] = match;
  const start = first === '' || first === '-' ? undefined : Number(first);
  if (second === undefined) {
    if (start === undefined) throw new Error(`array index ${text} is not a number`);
    return { type: 'slice', start, end: start + 1, derivedEnd: true };
  }
  const end = second === ':' ? undefined : Number(second.slice(1));
  const step = third === undefined || third === ':' ? undefined : Number(third.slice(1));
  return {
    type: 'slice',
    derivedEnd: false,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(step !== undefined && { step }),
  };
}

const escaped: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, char: string) => escaped[char] ?? char);
}

function unicode(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} '${char}'`;
}
