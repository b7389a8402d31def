/** `key=value` and `key-` words of label and annotate, and how they change an object's metadata. */
import { KubectlError } from '../errors.ts';

export interface MetadataChanges {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

export interface SplitArguments {
  readonly resources: readonly string[];
  readonly changes: readonly string[];
}

/** Resources stop at the first word that looks like a change (cmdutil.GetResourcesAndPairs). */
export function splitArguments(args: readonly string[], what: 'label' | 'annotation'): SplitArguments {
  const isChange = (word: string): boolean =>
    (word.includes('=') && !word.startsWith('=')) || (word.endsWith('-') && word !== '-');
  const first = args.findIndex(isChange);
  if (first < 0) return { resources: args, changes: [] };
  const changes = args.slice(first);
  const stray = changes.find((word) => !isChange(word));
  if (stray !== undefined) throw new KubectlError(`all resources must be specified before ${what} changes: ${stray}`);
  return { resources: args.slice(0, first), changes };
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

export function parseLabelChanges(words: readonly string[]): MetadataChanges {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of words) {
    if (word.includes('=')) {
      const [key = '', value = '', ...more] = word.split('=');
      if (more.length > 0) throw new KubectlError(`invalid label spec: ${word}`);
      const problem = labelProblem(value);
      if (problem) throw new KubectlError(`invalid label value: ${JSON.stringify(word)}: ${problem}`);
      set[key] = value;
    } else if (word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new KubectlError(`unknown label spec: ${word}`);
  }
  if (remove.some((key) => Object.hasOwn(set, key))) {
    throw new KubectlError('can not both modify and remove a label in the same command');
  }
  return { set, remove };
}

function labelProblem(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 bytes';
  if (labelValue.test(value)) return undefined;
  return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}

export function parseAnnotationChanges(words: readonly string[]): MetadataChanges {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) set[word.slice(0, equals)] = word.slice(equals + 1);
    else if (word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new KubectlError(`invalid annotation format: ${word}`);
  }
  if (remove.some((key) => Object.hasOwn(set, key))) {
    throw new KubectlError('can not both modify and remove an annotation in the same command');
  }
  return { set, remove };
}

/** The keys that already have another value; their names in the order given. */
export function conflictsIn(current: Readonly<Record<string, string>>, changes: MetadataChanges): string[] {
  return Object.entries(changes.set)
    .filter(([key, value]) => Object.hasOwn(current, key) && current[key] !== value)
    .map(([key]) => key);
}

export function applyChanges(
  current: Readonly<Record<string, string>>,
  changes: MetadataChanges,
): Record<string, string> {
  const next: Record<string, string> = { ...current, ...changes.set };
  for (const key of changes.remove) delete next[key];
  return next;
}

/** A merge patch of the map: null removes. */
export function patchOf(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const patch: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(after)) if (before[key] !== value) patch[key] = value;
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null;
  return patch;
}
