/** Runs a parsed Go template on decoded JSON; missing keys print `<no value>` unless they are an error by choice. */
import { KubectlError } from '../errors.ts';
import { goPrint } from '../print/go-json.ts';
import { callFunction, isTrue } from './functions.ts';
import { type ControlNode, type Operand, type Pipe, parseGoTemplate, type TemplateNode } from './parse.ts';

export interface CompiledTemplate {
  execute(data: unknown): string;
}

export function compileTemplate(text: string, options: { allowMissing: boolean }): CompiledTemplate {
  const nodes = parseGoTemplate(text);
  return {
    execute(data) {
      const run = new Execution(options.allowMissing);
      run.nodes(nodes, data, new Scope(undefined, [['$', data]]));
      return run.output;
    },
  };
}

class Scope {
  readonly #parent: Scope | undefined;
  readonly #values: Map<string, unknown>;

  constructor(parent: Scope | undefined, values: readonly (readonly [string, unknown])[] = []) {
    this.#parent = parent;
    this.#values = new Map(values);
  }

  get(name: string): unknown {
    if (this.#values.has(name)) return this.#values.get(name);
    if (!this.#parent) throw new KubectlError(`undefined variable ${JSON.stringify(name)}`);
    return this.#parent.get(name);
  }

  declare(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  assign(name: string, value: unknown): void {
    if (this.#values.has(name)) this.#values.set(name, value);
    else if (this.#parent) this.#parent.assign(name, value);
  }
}

class Execution {
  output = '';
  readonly #allowMissing: boolean;

  constructor(allowMissing: boolean) {
    this.#allowMissing = allowMissing;
  }

  /** Returns `break` or `continue` when a loop is to be left. */
  nodes(nodes: readonly TemplateNode[], dot: unknown, scope: Scope): 'break' | 'continue' | undefined {
    for (const node of nodes) {
      if (node.type === 'text') this.output += node.text;
      else if (!('pipe' in node)) return node.type;
      else if (node.type === 'print') {
        const value = this.#pipe(node.pipe, dot, scope);
        if (node.pipe.declares.length === 0) this.output += value === undefined ? '<no value>' : goPrint(value);
      } else {
        const left = this.#control(node, dot, new Scope(scope));
        if (left) return left;
      }
    }
    return undefined;
  }

  #control(node: ControlNode, dot: unknown, scope: Scope): 'break' | 'continue' | undefined {
    if (node.type === 'range') {
      this.#range(node, dot, scope);
      return undefined;
    }
    const value = this.#pipe(node.pipe, dot, scope);
    if (!isTrue(value)) return this.nodes(node.otherwise, dot, scope);
    return this.nodes(node.body, node.type === 'with' ? value : dot, scope);
  }

  #range(node: ControlNode, dot: unknown, scope: Scope): void {
    const value = this.#pipe({ ...node.pipe, declares: [] }, dot, scope);
    const entries = entriesOf(value);
    if (entries.length === 0) this.nodes(node.otherwise, dot, scope);
    for (const [key, item] of entries) {
      const inner = new Scope(scope);
      const [first, second] = node.pipe.declares;
      if (second !== undefined) {
        inner.declare(first ?? '', key);
        inner.declare(second, item);
      } else if (first !== undefined) inner.declare(first, item);
      if (this.nodes(node.body, item, inner) === 'break') break;
    }
  }

  #pipe(pipe: Pipe, dot: unknown, scope: Scope): unknown {
    let value: unknown;
    pipe.commands.forEach((command, i) => {
      value = this.#command(command, dot, scope, i > 0 ? [value] : []);
    });
    for (const name of pipe.declares) {
      if (pipe.assigns) scope.assign(name, value);
      else scope.declare(name, value);
    }
    return value;
  }

  #command(words: readonly Operand[], dot: unknown, scope: Scope, piped: readonly unknown[]): unknown {
    const [head, ...rest] = words;
    if (head?.type === 'function') {
      const lazy = rest.map((word) => () => this.#operand(word, dot, scope));
      return callFunction(head.name, [...lazy, ...piped.map((value) => () => value)]);
    }
    if (!head || rest.length > 0 || piped.length > 0) throw new KubectlError("can't give argument to non-function");
    return this.#operand(head, dot, scope);
  }

  #operand(operand: Operand, dot: unknown, scope: Scope): unknown {
    if (operand.type === 'literal') return operand.value;
    if (operand.type === 'function') return callFunction(operand.name, []);
    const { base } = operand;
    let value = typeof base === 'object' ? this.#pipe(base, dot, scope) : base === '' ? dot : scope.get(base);
    for (const field of operand.fields) value = this.#field(value, field);
    return value;
  }

  #field(value: unknown, field: string): unknown {
    if (value === undefined || value === null) {
      if (this.#allowMissing) return undefined;
      throw new KubectlError(`nil data; no entry for key ${JSON.stringify(field)}`);
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new KubectlError(`can't evaluate field ${field} in type interface {}`);
    }
    if (Object.hasOwn(value, field)) return (value as Record<string, unknown>)[field];
    if (this.#allowMissing) return undefined;
    throw new KubectlError(`map has no entry for key ${JSON.stringify(field)}`);
  }
}

function entriesOf(value: unknown): [unknown, unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'number') return Array.from({ length: value }, (_, i) => [i, i]);
  if (Array.isArray(value)) return value.map((item, i) => [i, item]);
  if (typeof value !== 'object') throw new KubectlError(`range can't iterate over ${goPrint(value)}`);
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
