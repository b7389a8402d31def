/** The functions of Go templates that kubectl offers: Go's own, plus exists and base64decode. */
import { KubectlError, notBuiltIn } from '../errors.ts';
import { goPrint } from '../print/go-json.ts';

type Lazy = () => unknown;

export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Arguments are evaluated only when needed: `and` and `or` stop early. */
export function callFunction(name: string, args: readonly Lazy[]): unknown {
  if (name === 'and' || name === 'or') {
    let value: unknown;
    for (const arg of args) {
      value = arg();
      if (isTrue(value) === (name === 'or')) break;
    }
    return value;
  }
  const values = args.map((arg) => arg());
  const known = functions[name];
  if (known) return known(values);
  if (['js', 'html', 'urlquery', 'call', 'slice'].includes(name)) throw notBuiltIn(`-o go-template with ${name}`);
  throw new KubectlError(`function ${JSON.stringify(name)} not defined`);
}

const functions: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  not: ([value]) => !isTrue(value),
  len: ([value]) => length(value),
  index: ([value, ...keys]) => keys.reduce(at, value),
  print: (args) => args.map(goPrint).join(' '),
  println: (args) => `${args.map(goPrint).join(' ')}\n`,
  printf: ([format, ...args]) => printf(String(format), args),
  eq: ([first, ...others]) => others.some((other) => same(first, other)),
  ne: ([a, b]) => !same(a, b),
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  exists: ([value, ...keys]) =>
    keys.reduce((found, key) => (isObject(found) ? found[String(key)] : undefined), value) !== undefined,
  base64decode: ([value]) => Buffer.from(String(value), 'base64').toString('utf8'),
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function length(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw new KubectlError(`error calling len: len of type ${typeof value}`);
}

function at(value: unknown, key: unknown): unknown {
  if (value === undefined || value === null) throw new KubectlError('error calling index: index of untyped nil');
  if (Array.isArray(value)) {
    const position = Number(key);
    if (!Number.isInteger(position) || position < 0 || position >= value.length) {
      throw new KubectlError(`error calling index: error calling index: reflect: slice index out of range`);
    }
    return value[position];
  }
  if (isObject(value)) return Object.hasOwn(value, String(key)) ? value[String(key)] : undefined;
  throw new KubectlError(`error calling index: can't index item of type ${typeof value}`);
}

function same(a: unknown, b: unknown): boolean {
  if (a !== null && b !== null && a !== undefined && b !== undefined && typeof a !== typeof b) {
    throw new KubectlError('error calling eq: incompatible types for comparison');
  }
  return a === b;
}

function order(a: unknown, b: unknown): number {
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) {
    throw new KubectlError('error calling lt: incompatible types for comparison');
  }
  return a === b ? 0 : (a as string | number) < (b as string | number) ? -1 : 1;
}

/** %s %v %d %q %t %x %f %5d %-10s %% */
function printf(format: string, args: readonly unknown[]): string {
  let next = 0;
  const out = format.replace(
    /%([-+0 #]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g,
    (whole, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const value = args[next++];
      const text = format1(verb, value, precision);
      if (text === undefined) return `%!${verb}(${goPrint(value)})`;
      if (whole === '') return text;
      const size = Number(width || 0);
      if (flags.includes('-')) return text.padEnd(size);
      return text.padStart(size, flags.includes('0') && typeof value === 'number' ? '0' : ' ');
    },
  );
  if (next >= args.length) return out;
  return `${out}%!(EXTRA ${args
    .slice(next)
    .map((value) => `${typeof value}=${goPrint(value)}`)
    .join(', ')})`;
}

function format1(verb: string, value: unknown, precision: string | undefined): string | undefined {
  if (verb === 'v') return goPrint(value);
  if (verb === 's') return precision === undefined ? goPrint(value) : goPrint(value).slice(0, Number(precision));
  if (verb === 'q') return JSON.stringify(goPrint(value));
  if (verb === 'd' && typeof value === 'number') return String(Math.trunc(value));
  if (verb === 't' && typeof value === 'boolean') return String(value);
  if (verb === 'f' && typeof value === 'number') return value.toFixed(Number(precision ?? 6));
  if (verb === 'x') return typeof value === 'number' ? value.toString(16) : Buffer.from(String(value)).toString('hex');
  return undefined;
}
