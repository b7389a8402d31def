/**
 * Evaluates a parsed JSONPath template on decoded JSON and prints the results as kubectl does: values of one action
 * separated by spaces, objects and lists as compact JSON. Missing keys are silent when `allowMissing` is set.
 */
import { goJson, goPrint, sortedEntries } from '../print/go-json.ts';
import type { PathList, PathNode } from './parse.ts';
import { parseTemplate } from './parse.ts';

export interface JsonPath {
  /** One list of values per action or text, in order. Throws Error with the original's message. */
  find(data: unknown): unknown[][];
  print(data: unknown): string;
}

export function compileJsonPath(template: string, options: { allowMissing: boolean }): JsonPath {
  const nodes = parseTemplate(template);
  const find = (data: unknown) => new Evaluation(nodes, options.allowMissing).run(data);
  return { find, print: (data) => find(data).map(printResults).join('') };
}

function printResults(results: readonly unknown[]): string {
  return results
    .map((value) => (typeof value === 'object' && value !== null ? goJson(value) : goPrint(value)))
    .join(' ');
}

class Evaluation {
  readonly #nodes: PathList;
  readonly #allowMissing: boolean;

  constructor(nodes: PathList, allowMissing: boolean) {
    this.#nodes = nodes;
    this.#allowMissing = allowMissing;
  }

  run(data: unknown): unknown[][] {
    const out: unknown[][] = [];
    this.#block(0, data, out, 0);
    return out;
  }

  /** Runs from `at` to the end of the template or of this range; returns the index behind it. */
  #block(at: number, data: unknown, out: unknown[][], depth: number): number {
    let index = at;
    while (index < this.#nodes.length) {
      const node = this.#nodes[index++];
      if (!node) break;
      const head = node.type === 'list' ? node.nodes[0] : undefined;
      if (head?.type === 'identifier' && head.name === 'end') {
        if (depth === 0) throw new Error('not in range, nothing to end');
        return index;
      }
      if (node.type === 'list' && head?.type === 'identifier' && head.name === 'range') {
        const items = this.#list(node.nodes.slice(1), [data]);
        index = this.#range(index, items, out, depth + 1);
      } else out.push(this.#walk(node, [data]));
    }
    return index;
  }

  #range(body: number, items: readonly unknown[], out: unknown[][], depth: number): number {
    let end = body;
    for (const item of items) end = this.#block(body, item, out, depth);
    // an empty range still has to be skipped, and only a dry run knows where it ends
    if (items.length === 0) end = this.#skip(body);
    return end;
  }

  #skip(body: number): number {
    let depth = 1;
    for (let index = body; index < this.#nodes.length; index++) {
      const node = this.#nodes[index];
      const head = node?.type === 'list' ? node.nodes[0] : undefined;
      if (head?.type !== 'identifier') continue;
      if (head.name === 'range') depth++;
      if (head.name === 'end' && --depth === 0) return index + 1;
    }
    return this.#nodes.length;
  }

  #list(nodes: PathList, input: readonly unknown[]): unknown[] {
    return nodes.reduce<unknown[]>((values, node) => this.#walk(node, values), [...input]);
  }

  #walk(node: PathNode, input: readonly unknown[]): unknown[] {
    switch (node.type) {
      case 'text':
        return [node.text];
      case 'number':
      case 'bool':
        return [node.value];
      case 'list':
        return this.#list(node.nodes, input);
      case 'field':
        return this.#field(node.name, input);
      case 'wildcard':
        return input.flatMap(children);
      case 'recursive':
        return input.flatMap(descend);
      case 'slice':
        return input.flatMap((value) => cut(value, node));
      case 'union':
        return node.branches.flatMap((branch) => this.#list(branch, input));
      case 'filter':
        return input.flatMap((value) => this.#filter(value, node));
      case 'identifier':
        throw new Error(`unrecognized identifier ${node.name}`);
    }
  }

  #field(name: string, input: readonly unknown[]): unknown[] {
    if (name === '') return [...input];
    const found = input.flatMap((value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
        ? [(value as Record<string, unknown>)[name]]
        : [],
    );
    if (found.length === 0 && !this.#allowMissing) throw new Error(`${name} is not found`);
    return found;
  }

  #filter(value: unknown, node: PathNode & { type: 'filter' }): unknown[] {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) throw new Error(`${goPrint(value)} is not array or slice and cannot be filtered`);
    return value.filter((item) => {
      const lefts = this.#operand(node.left, item);
      if (node.operator === 'exists') return lefts.length > 0;
      if (lefts.length === 0) return false;
      if (lefts.length > 1) throw new Error('can only compare one element at a time');
      const rights = this.#operand(node.right, item);
      if (rights.length > 1) throw new Error('can only compare one element at a time');
      return rights.length === 1 && compare(lefts[0], rights[0], node.operator);
    });
  }

  /** In a filter a missing key means "no match", never an error. */
  #operand(nodes: PathList, item: unknown): unknown[] {
    return new Evaluation([], true).#list(nodes, [item]);
  }
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [];
  return sortedEntries(value).map(([, item]) => item);
}

/** Every value that has children, parents first. */
function descend(value: unknown): unknown[] {
  const inner = children(value);
  return inner.length === 0 ? [] : [value, ...inner.flatMap(descend)];
}

function cut(value: unknown, node: PathNode & { type: 'slice' }): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`${typeName(value)} is not array or slice`);
  const length = value.length;
  let start = node.start ?? 0;
  if (start < 0) start += length;
  let end = node.end ?? length;
  if (end < 0 || (end === 0 && node.derivedEnd)) end += length;
  if (start === end) return [];
  if (start >= length || start < 0) throw new Error(`array index out of bounds: index ${start}, length ${length}`);
  if (end > length || end < 0) throw new Error(`array index out of bounds: index ${end - 1}, length ${length}`);
  if (start > end) throw new Error(`starting index ${start} is greater than ending index ${end}`);
  if (node.step !== undefined && node.step <= 0) throw new Error('step must be > 0');
  const step = node.step ?? 1;
  return value.slice(start, end).filter((_, index) => index % step === 0);
}

function typeName(value: unknown): string {
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function compare(left: unknown, right: unknown, operator: string): boolean {
  if (!['==', '!=', '<', '<=', '>', '>='].includes(operator))
    throw new Error(`unrecognized filter operator ${operator}`);
  if (typeof left !== typeof right) throw new Error('incompatible types for comparison');
  if (typeof left === 'object') throw new Error('invalid type for comparison');
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left === 'boolean') throw new Error('invalid type for comparison');
  const [a, b] = [left as string | number, right as string | number];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}
