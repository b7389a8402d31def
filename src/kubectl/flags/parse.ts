/**
 * Splits a command line into flags and arguments as pflag does: `--flag=value`, `--flag value`, `-abc`, `-ovalue`, `--`.
 * Flags may stand between arguments; errors carry pflag's words.
 */
import { KubectlError } from '../errors.ts';
import type { FlagSpec, Flags } from './spec.ts';
import { parseDuration } from './spec.ts';

export interface ParsedLine {
  readonly flags: Flags;
  readonly args: readonly string[];
  /** How many arguments stood before `--`; -1 without `--`. */
  readonly dash: number;
}

/** Throws KubectlError with pflag's message and no usage hint. */
export function parseFlags(words: readonly string[], specs: readonly FlagSpec[]): ParsedLine {
  const values = new Map<string, string[]>();
  const args: string[] = [];
  let dash = -1;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      dash = args.length;
      args.push(...words.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) i += long(word, words[i + 1], specs, values);
    else if (word.startsWith('-') && word.length > 1) i += shorts(word, words[i + 1], specs, values);
    else args.push(word);
  }
  return { flags: access(specs, values), args, dash };
}

/** Returns how many following words it took. */
function long(
  word: string,
  next: string | undefined,
  specs: readonly FlagSpec[],
  values: Map<string, string[]>,
): number {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  if (name === '' || name.startsWith('-')) throw new KubectlError(`bad flag syntax: ${word}`);
  const spec = specs.find((each) => each.name === name);
  if (!spec) throw new KubectlError(`unknown flag: --${name}`);
  if (equals >= 0) return store(spec, word.slice(equals + 1), values, 0);
  const bare = bareValue(spec);
  if (bare !== undefined) return store(spec, bare, values, 0);
  if (next === undefined) throw new KubectlError(`flag needs an argument: --${name}`);
  return store(spec, next, values, 1);
}

function shorts(
  word: string,
  next: string | undefined,
  specs: readonly FlagSpec[],
  values: Map<string, string[]>,
): number {
  const letters = word.slice(1);
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? '';
    const spec = specs.find((each) => each.short === letter);
    if (!spec) throw new KubectlError(`unknown shorthand flag: '${letter}' in -${letters.slice(i)}`);
    const rest = letters.slice(i + 1);
    if (rest.startsWith('=')) return store(spec, rest.slice(1), values, 0);
    const bare = bareValue(spec);
    if (bare !== undefined) store(spec, bare, values, 0);
    else if (rest !== '') return store(spec, rest, values, 0);
    else if (next === undefined) throw new KubectlError(`flag needs an argument: '${letter}' in -${letters.slice(i)}`);
    else return store(spec, next, values, 1);
  }
  return 0;
}

function bareValue(spec: FlagSpec): string | undefined {
  return spec.bare ?? (spec.kind === 'bool' ? 'true' : undefined);
}

function store(spec: FlagSpec, value: string, values: Map<string, string[]>, taken: number): number {
  const problem = invalid(spec, value);
  if (problem !== undefined) {
    const shown = spec.short ? `-${spec.short}, --${spec.name}` : `--${spec.name}`;
    throw new KubectlError(`invalid argument ${JSON.stringify(value)} for "${shown}" flag: ${problem}`);
  }
  const kept =
    spec.kind === 'list' || spec.kind === 'array' || spec.kind === 'map' ? (values.get(spec.name) ?? []) : [];
  values.set(spec.name, [...kept, ...(spec.kind === 'list' ? splitList(value) : [value])]);
  return taken;
}

function invalid(spec: FlagSpec, value: string): string | undefined {
  const quoted = JSON.stringify(value);
  if (spec.kind === 'bool' && !/^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value)) {
    return `strconv.ParseBool: parsing ${quoted}: invalid syntax`;
  }
  if (spec.kind === 'int' && !/^[-+]?\d+$/.test(value)) return `strconv.ParseInt: parsing ${quoted}: invalid syntax`;
  if (spec.kind === 'duration' && parseDuration(value) === undefined) return durationProblem(value);
  return undefined;
}

function durationProblem(value: string): string {
  const quoted = JSON.stringify(value);
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)$/.test(value)) return `time: missing unit in duration ${quoted}`;
  const unit = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)([^\d.]+)/.exec(value)?.[1];
  return unit ? `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}` : `time: invalid duration ${quoted}`;
}

/** A line of CSV, as pflag's slices read it. */
function splitList(value: string): string[] {
  if (value === '') return [];
  return [...value.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}

function access(specs: readonly FlagSpec[], values: ReadonlyMap<string, string[]>): Flags {
  const last = (name: string): string => {
    const given = values.get(name)?.at(-1);
    if (given !== undefined) return given;
    return specs.find((spec) => spec.name === name)?.fallback ?? '';
  };
  return {
    changed: (name) => values.has(name),
    bool: (name) => /^(1|t|true)$/i.test(last(name)),
    // a command's own list may have the name of a flag that all commands share
    string: (name) => (specs.find((spec) => spec.name === name)?.kind === 'array' ? '' : last(name)),
    list: (name) => values.get(name) ?? splitList(specs.find((spec) => spec.name === name)?.fallback ?? ''),
    int: (name) => Number(last(name) || 0),
    duration: (name) => parseDuration(last(name)) ?? 0,
  };
}
