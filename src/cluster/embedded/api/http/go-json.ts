/** Reads JSON and complains as Go's encoding/json does: the server's messages quote that library. */

export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/** Throws JsonSyntaxError with Go's wording: `invalid character 'b' looking for beginning of value`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonSyntaxError(complaint(text));
  }
}

/** The first thing that Go's scanner would trip over in a text that is not JSON. */
function complaint(text: string): string {
  const scanner = new Scanner(text);
  try {
    scanner.value();
    scanner.space();
    if (!scanner.atEnd()) scanner.fail('after top-level value');
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  return 'invalid JSON';
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  fail(context: string): never {
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) throw new JsonSyntaxError('unexpected end of JSON input');
    throw new JsonSyntaxError(`invalid character ${quote(String.fromCodePoint(point))} ${context}`);
  }

  value(): void {
    this.space();
    const char = this.#text[this.#at];
    if (char === '{') this.#object();
    else if (char === '[') this.#array();
    else if (char === '"') this.#string();
    else if (char === '-' || (char !== undefined && /\d/.test(char))) this.#number();
    else if (char === 't') this.#literal('true');
    else if (char === 'f') this.#literal('false');
    else if (char === 'n') this.#literal('null');
    else this.fail('looking for beginning of value');
  }

  #object(): void {
    this.#at++;
    this.space();
    if (this.#take('}')) return;
    for (;;) {
      this.space();
      if (this.#text[this.#at] !== '"') this.fail('looking for beginning of object key string');
      this.#string();
      this.space();
      if (!this.#take(':')) this.fail('after object key');
      this.value();
      this.space();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.fail('after object key:value pair');
    }
  }

  #array(): void {
    this.#at++;
    this.space();
    if (this.#take(']')) return;
    for (;;) {
      this.value();
      this.space();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.fail('after array element');
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || char < ' ') this.fail('in string literal');
      this.#at++;
      if (char === '"') return;
      if (char === '\\') this.#escape();
    }
  }

  #escape(): void {
    if (this.#take('u')) {
      for (let i = 0; i < 4; i++, this.#at++) {
        if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? '')) this.fail('in \\u hexadecimal character escape');
      }
    } else if (/["\\/bfnrt]/.test(this.#text[this.#at] ?? '')) this.#at++;
    else this.fail('in string escape code');
  }

  #number(): void {
    this.#take('-');
    if (!this.#take('0')) this.#digits('in numeric literal');
    if (this.#take('.')) this.#digits('after decimal point in numeric literal');
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      this.#digits('in exponent of numeric literal');
    }
  }

  #digits(context: string): void {
    const start = this.#at;
    while (/\d/.test(this.#text[this.#at] ?? '')) this.#at++;
    if (this.#at === start) this.fail(context);
  }

  #literal(word: string): void {
    for (const [index, letter] of [...word].entries()) {
      if (!this.#take(letter)) this.fail(index === 0 ? '' : `in literal ${word} (expecting '${letter}')`);
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}

function quote(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  const escaped = JSON.stringify(char).slice(1, -1);
  return `'${escaped}'`;
}
