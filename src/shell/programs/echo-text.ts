/** What `echo` and `printf` write: escape sequences, formats and their errors, as bytes. */

const simple: Readonly<Record<string, number>> = { a: 7, b: 8, e: 27, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };

export interface Escaped {
  readonly bytes: Uint8Array;
  /** `\c`: nothing more is written, not even the newline. */
  readonly stop: boolean;
}

/** `zeroOctal`: octal needs a leading 0 (`\0101`), as in echo and %b; otherwise `\101` as well, as in printf's format. */
export function interpretEscapes(text: string, zeroOctal: boolean): Escaped {
  const bytes: number[] = [];
  const add = (part: string): void => void bytes.push(...new TextEncoder().encode(part));
  let rest = text;
  while (rest !== '') {
    const at = rest.indexOf('\\');
    if (at < 0 || at === rest.length - 1) {
      add(rest);
      break;
    }
    add(rest.slice(0, at));
    rest = rest.slice(at + 1);
    const octal = (zeroOctal ? /^0[0-7]{0,3}|^[1-7][0-7]{0,2}/ : /^[0-7]{1,3}/).exec(rest)?.[0];
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
    const code = simple[rest[0] ?? ''];
    if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8) & 0xff);
      rest = rest.slice(octal.length);
    } else if (hex) {
      bytes.push(Number.parseInt(hex[1] ?? '0', 16));
      rest = rest.slice(hex[0].length);
    } else if (code !== undefined) {
      bytes.push(code);
      rest = rest.slice(1);
    } else if (rest.startsWith('c')) {
      return { bytes: Uint8Array.from(bytes), stop: true };
    } else add('\\');
  }
  return { bytes: Uint8Array.from(bytes), stop: false };
}

/** `escapes`: always, as dash does; or only with -e, as BusyBox does. */
export function echoBytes(args: readonly string[], escapes: 'always' | 'option'): Uint8Array {
  let at = 0;
  let newline = true;
  let interpret = escapes === 'always';
  const option = escapes === 'always' ? /^-n$/ : /^-[neE]+$/;
  for (; option.test(args[at] ?? ''); at++) {
    for (const letter of (args[at] ?? '').slice(1)) {
      if (letter === 'n') newline = false;
      else interpret = letter === 'e';
    }
    if (escapes === 'always') {
      at++;
      break;
    }
  }
  const text = args.slice(at).join(' ');
  const tail = newline ? '\n' : '';
  if (!interpret) return new TextEncoder().encode(text + tail);
  const { bytes, stop } = interpretEscapes(text, true);
  return stop || tail === '' ? bytes : Uint8Array.from([...bytes, 10]);
}
