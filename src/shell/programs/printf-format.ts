/** `printf`: the format is used again until all arguments are gone; numbers may be character codes, hexadecimal or octal. */
import { interpretEscapes } from './echo-text.ts';

export interface Printed {
  readonly bytes: Uint8Array;
  /** Without prefix: what is no number, and formats that do not exist. */
  readonly errors: readonly string[];
  readonly status: number;
}

export interface PrintfWording {
  readonly badNumber: (text: string) => string;
  readonly badFormat: (format: string) => string;
}

export const busyboxPrintf: PrintfWording = {
  badNumber: (text) => `invalid number '${text}'`,
  badFormat: (format) => `${format}: invalid format`,
};

interface State {
  readonly args: readonly string[];
  at: number;
  readonly out: number[];
  readonly errors: string[];
  stop: boolean;
  failed: boolean;
}

/** `args[0]` is the format. */
export function formatPrintf(args: readonly string[], wording: PrintfWording): Printed {
  const [format = '', ...values] = args;
  const state: State = { args: values, at: 0, out: [], errors: [], stop: false, failed: false };
  do {
    const before = state.at;
    applyFormat(format, state, wording);
    if (state.at === before) break;
  } while (state.at < values.length && !state.stop);
  return { bytes: Uint8Array.from(state.out), errors: state.errors, status: state.failed ? 1 : 0 };
}

const specification = /^%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlLzjt]*([a-zA-Z%])?/;

function applyFormat(format: string, state: State, wording: PrintfWording): void {
  let rest = format;
  while (rest !== '' && !state.stop) {
    const at = rest.indexOf('%');
    const text = at < 0 ? rest : rest.slice(0, at);
    const { bytes, stop } = interpretEscapes(text, false);
    state.out.push(...bytes);
    if (stop) state.stop = true;
    if (at < 0 || stop) return;
    rest = rest.slice(at);
    const match = specification.exec(rest);
    const conversion = match?.[4];
    if (!match || conversion === undefined || !'diouxXeEfFgGaAcsbn%'.includes(conversion) || conversion === 'n') {
      state.errors.push(wording.badFormat(rest.replace(/^%[hlLzjt]+/, '%')));
      state.failed = true;
      state.stop = true;
      return;
    }
    rest = rest.slice(match[0].length);
    state.out.push(...convert(match, conversion, state, wording));
  }
}

function nextArgument(state: State): string | undefined {
  return state.args[state.at++];
}

function convert(match: RegExpExecArray, conversion: string, state: State, wording: PrintfWording): Uint8Array {
  if (conversion === '%') return Uint8Array.of(37);
  const flags = match[1] ?? '';
  const width = sizeOf(match[2], state);
  const precision = match[3] === undefined ? undefined : (sizeOf(match[3] === '' ? '0' : match[3], state) ?? 0);
  const leftward = flags.includes('-') || (width !== undefined && width < 0);
  const columns = Math.min(Math.abs(width ?? 0), 100_000);
  const value = nextArgument(state);
  if (conversion === 'b') {
    const { bytes, stop } = interpretEscapes(value ?? '', true);
    if (stop) state.stop = true;
    return bytes;
  }
  const text = format(conversion, flags, precision, value ?? '', state, wording);
  const zeros =
    flags.includes('0') &&
    !leftward &&
    !'sc'.includes(conversion) &&
    (precision === undefined || 'eEfFgG'.includes(conversion));
  return new TextEncoder().encode(pad(text, columns, leftward, zeros));
}

function sizeOf(text: string | undefined, state: State): number | undefined {
  if (text === undefined) return undefined;
  return text === '*' ? Number(nextArgument(state) ?? '0') || 0 : Number(text);
}

function pad(text: string, columns: number, leftward: boolean, zeros: boolean): string {
  const missing = columns - [...text].length;
  if (missing <= 0) return text;
  if (leftward) return text + ' '.repeat(missing);
  if (!zeros) return ' '.repeat(missing) + text;
  const sign = /^(?:[-+ ]|0[xX])?/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function format(
  conversion: string,
  flags: string,
  precision: number | undefined,
  value: string,
  state: State,
  wording: PrintfWording,
): string {
  switch (conversion) {
    case 's':
      return precision === undefined ? value : value.slice(0, precision);
    case 'c':
      return value.slice(0, 1);
    case 'd':
    case 'i': {
      const number = integerOf(value, state, wording);
      const digits = (number < 0n ? -number : number).toString().padStart(precision ?? 1, '0');
      return `${number < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''}${digits}`;
    }
    case 'o':
    case 'u':
    case 'x':
    case 'X': {
      const radix = conversion === 'o' ? 8 : conversion === 'u' ? 10 : 16;
      const digits = BigInt.asUintN(64, integerOf(value, state, wording))
        .toString(radix)
        .padStart(precision ?? 1, '0');
      const prefix = flags.includes('#') && !/^0*$/.test(digits) ? { o: '0', u: '', x: '0x', X: '0X' }[conversion] : '';
      return prefix + (conversion === 'X' ? digits.toUpperCase() : digits);
    }
    default:
      return formatFloat(conversion, flags, precision ?? 6, floatOf(value, state, wording));
  }
}

function integerOf(text: string, state: State, wording: PrintfWording): bigint {
  if (text === '') return 0n;
  if (/^["']/.test(text)) return BigInt(text.codePointAt(1) ?? 0);
  const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
  if (!match || match[0].length < text.length) {
    state.errors.push(wording.badNumber(text));
    state.failed = true;
  }
  if (!match) return 0n;
  const digits = match[2] ?? '0';
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === '-' ? -value : value;
}

function floatOf(text: string, state: State, wording: PrintfWording): number {
  if (text === '') return 0;
  if (/^["']/.test(text)) return text.codePointAt(1) ?? 0;
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  state.errors.push(wording.badNumber(text));
  state.failed = true;
  return Number.parseFloat(text) || 0;
}

/** Also what awk's printf needs: e, f and g as C prints them. */
export function formatFloat(conversion: string, flags: string, precision: number, value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const size = Math.abs(value);
  if (!Number.isFinite(size)) return sign + (Number.isNaN(size) ? 'nan' : 'inf');
  const digits = Math.min(precision, 100);
  const lower = conversion.toLowerCase();
  const text =
    lower === 'f'
      ? size.toFixed(digits)
      : lower === 'e'
        ? exponent(size.toExponential(digits))
        : general(size, digits, flags.includes('#'));
  return sign + (conversion === lower ? text : text.toUpperCase());
}

function exponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, 'e$10$2');
}

function general(size: number, precision: number, keepZeros: boolean): string {
  const digits = precision === 0 ? 1 : precision;
  const power = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1]);
  const scientific = power < -4 || power >= digits;
  const text = scientific ? size.toExponential(digits - 1) : size.toFixed(Math.max(0, digits - 1 - power));
  const [mantissa = '', tail] = text.split('e');
  const short = keepZeros || !mantissa.includes('.') ? mantissa : mantissa.replace(/\.?0+$/, '');
  return tail === undefined ? short : exponent(`${short}e${tail}`);
}
