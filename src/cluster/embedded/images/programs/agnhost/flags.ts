/** Go-style flags: `--name=value`, `--name value`, `-name=value`; switches stand alone. */

export interface GoFlags {
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

export function parseGoFlags(words: readonly string[], switches: readonly string[] = []): GoFlags {
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const match = /^--?([\w-]+)(?:=([\s\S]*))?$/.exec(words[i] ?? '');
    const name = match?.[1];
    if (name === undefined) operands.push(words[i] ?? '');
    else if (match?.[2] !== undefined) values.set(name, match[2]);
    else values.set(name, switches.includes(name) ? 'true' : (words[++i] ?? ''));
  }
  return { values, operands };
}

/** `1s`, `500ms`, `1m30s`; undefined for anything else. */
export function goDuration(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(number) * (units[unit ?? ''] ?? 0);
  return sum;
}
