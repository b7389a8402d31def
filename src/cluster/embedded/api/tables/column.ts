/** What is a table of a kind made of? Columns with the server's types and priorities, and a function that fills a row. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { age } from './age.ts';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 1 prints with `-o wide` only. */
  readonly priority: number;
}

export type Cell = string | number | boolean;

export interface KindTable {
  readonly columns: readonly ColumnDefinition[];
  cells(object: KubeObject, nowMs: number): readonly Cell[];
}

/** `Name*` is the object's name; a suffix such as `:integer` gives the type; behind `|` stand the wide columns. */
export function columns(text: string): readonly ColumnDefinition[] {
  return text.split('|').flatMap((part, priority) => part.split(',').map((word) => parseColumn(word.trim(), priority)));
}

/** A column between others that prints with `-o wide` only is written `(Name)`. */
function parseColumn(word: string, priority: number): ColumnDefinition {
  const wide = word.startsWith('(');
  const [head = '', type = 'string'] = (wide ? word.slice(1, -1) : word).split(':');
  const isName = head.endsWith('*');
  return {
    name: isName ? head.slice(0, -1) : head,
    type,
    format: isName ? 'name' : '',
    description: '',
    priority: wide ? 1 : priority,
  };
}

export function ageOf(object: KubeObject, nowMs: number): string {
  return age(object.metadata.creationTimestamp, nowMs);
}

export function nameCell(object: KubeObject): string {
  return object.metadata.name ?? '';
}

/** `a=1,b=2`, sorted; `<none>` where there is nothing. */
export function formatMap(map: Readonly<Record<string, unknown>> | undefined): string {
  const keys = Object.keys(map ?? {}).sort();
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${String(map?.[key])}`).join(',');
}

/** The first three, then how many more. */
export function firstThree(list: readonly string[]): string {
  const max = 3;
  const shown = list.slice(0, max).join(',');
  return list.length > max ? `${shown} + ${list.length - max} more...` : shown;
}
