/** awk's built-in functions that need nothing but their arguments. */
import { toNumber, toText, type Value } from './awk-values.ts';
import { busyboxPrintf, formatPrintf } from './printf-format.ts';
import { formatTime } from './strftime.ts';

/** Undefined: not one of these. */
export function callPure(name: string, args: readonly Value[], nowMs: number): Value | 'unknown' {
  const number = (i: number): number => toNumber(args[i]);
  const text = (i: number): string => toText(args[i]);
  switch (name) {
    case 'substr':
      return substring(text(0), number(1), args.length > 2 ? number(2) : Number.POSITIVE_INFINITY);
    case 'index':
      return text(0).indexOf(text(1)) + 1;
    case 'sprintf':
      return formatAwk(text(0), args.slice(1));
    case 'sin':
      return Math.sin(number(0));
    case 'cos':
      return Math.cos(number(0));
    case 'atan2':
      return Math.atan2(number(0), number(1));
    case 'exp':
      return Math.exp(number(0));
    case 'log':
      return Math.log(number(0));
    case 'sqrt':
      return Math.sqrt(number(0));
    case 'int':
      return Math.trunc(number(0));
    case 'tolower':
      return text(0).toLowerCase();
    case 'toupper':
      return text(0).toUpperCase();
    case 'systime':
      return Math.floor(nowMs / 1000);
    case 'strftime':
      return formatTime(
        args.length > 1 ? number(1) * 1000 : nowMs,
        args.length > 0 ? text(0) : '%a %b %e %H:%M:%S UTC %Y',
      );
    case 'and':
      return number(0) & number(1);
    case 'or':
      return number(0) | number(1);
    case 'xor':
      return number(0) ^ number(1);
    case 'lshift':
      return number(0) * 2 ** number(1);
    case 'rshift':
      return Math.floor(number(0) / 2 ** number(1));
    case 'compl':
      return ~number(0);
    default:
      return 'unknown';
  }
}

/** POSIX: characters from round(m) on, before round(m + n). */
function substring(text: string, from: number, count: number): string {
  const chars = [...text];
  const start = Math.round(from);
  const end = count === Number.POSITIVE_INFINITY ? chars.length + 1 : start + Math.round(count);
  return chars.slice(Math.max(0, start - 1), Math.max(0, end - 1)).join('');
}

/** awk's printf is used once, and its numbers are numbers: `%d` of 3.7 is 3, `%c` of 65 is A. */
export function formatAwk(format: string, args: readonly Value[]): string {
  let at = 0;
  let result = '';
  let rest = format;
  const specification = /%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d*))?[a-zA-Z%]/;
  for (let match = specification.exec(rest); match; match = specification.exec(rest)) {
    result += rest.slice(0, match.index);
    rest = rest.slice(match.index + match[0].length);
    const stars = match[0].split('*').length - 1;
    const conversion = match[0].at(-1) ?? '';
    if (conversion === '%') {
      result += '%';
      continue;
    }
    const sizes = Array.from({ length: stars }, () => toText(args[at++]));
    result += convert(match[0], sizes, args[at++]);
  }
  return result + rest;
}

function convert(specification: string, sizes: readonly string[], value: Value): string {
  const conversion = specification.at(-1) ?? '';
  const through = (argument: string): string =>
    new TextDecoder().decode(formatPrintf([specification, ...sizes, argument], busyboxPrintf).bytes);
  if ('di'.includes(conversion)) return through(whole(toNumber(value)));
  if ('ouxX'.includes(conversion)) return through(whole(toNumber(value)));
  if (conversion === 'c')
    return through(
      typeof value === 'number'
        ? String.fromCodePoint(Math.max(0, Math.min(0x10ffff, Math.trunc(value))))
        : toText(value).slice(0, 1),
    );
  if (conversion === 's') return through(toText(value));
  return through(String(toNumber(value)));
}

function whole(value: number): string {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)).toString() : '-9223372036854775808';
}
