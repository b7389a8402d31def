/**
 * JSON as Go's encoding/json writes it: keys sorted, `<`, `>` and `&` escaped. kubectl's -o json, jsonpath output and the
 * last-applied annotation are all compared byte for byte, so JSON.stringify alone would not do.
 */

/** Compact without `indent`; with it, one element per line. Undefined members are left out. */
export function goJson(value: unknown, indent = ''): string {
  return write(value, indent, '');
}

function write(value: unknown, indent: string, margin: string): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return goNumber(value);
  if (typeof value !== 'object') return String(value);
  const inner = margin + indent;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const colon = indent ? ': ' : ':';
  const parts = Array.isArray(value)
    ? value.map((item) => write(item, indent, inner))
    : sortedEntries(value).map(([key, item]) => `${quote(key)}${colon}${write(item, indent, inner)}`);
  if (parts.length === 0) return open + close;
  if (!indent) return open + parts.join(',') + close;
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${margin}${close}`;
}

export function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

const escapes = /[<>&\u2028\u2029]/g;

function quote(text: string): string {
  return JSON.stringify(text).replace(escapes, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As strconv 'f' within [1e-6, 1e21), else with an exponent of at least two digits. */
export function goNumber(value: number): string {
  const text = String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Go's `%#v` of decoded JSON, which kubectl prints to explain a failed template. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  const entries = sortedEntries(value).map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item)}`);
  return `map[string]interface {}{${entries.join(', ')}}`;
}

/** Go's `%v` of decoded JSON: `map[a:b c:[1 2]]`. */
export function goPrint(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return Math.abs(value) >= 1e21 ? value.toExponential() : goNumber(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  return `map[${sortedEntries(value)
    .map(([key, item]) => `${key}:${goPrint(item)}`)
    .join(' ')}]`;
}
