/** A shell's variables: values, the export and read-only marks, and the scopes that `local` opens. */

export interface Variable {
  /** Undefined: marked, but unset. */
  readonly value: string | undefined;
  readonly exported: boolean;
  readonly readOnly: boolean;
}

/** The caller words it: every shell says it differently. */
export class ReadOnlyVariable extends Error {
  readonly variable: string;
  constructor(variable: string) {
    super(`${variable} is read only`);
    this.variable = variable;
  }
}

export class Variables {
  readonly #all: Map<string, Variable>;
  /** What to restore when each running function returns. */
  #scopes: Map<string, Variable | undefined>[] = [];

  constructor(all: ReadonlyMap<string, Variable> = new Map()) {
    this.#all = new Map(all);
  }

  /** For a subshell. Scopes stay behind: a subshell does not return from its parent's functions. */
  copy(): Variables {
    const copy = new Variables(this.#all);
    copy.#scopes = this.#scopes.map((scope) => new Map(scope));
    return copy;
  }

  get(name: string): string | undefined {
    return this.#all.get(name)?.value;
  }

  find(name: string): Variable | undefined {
    return this.#all.get(name);
  }

  /** Throws ReadOnlyVariable. */
  set(name: string, value: string, exported = false): void {
    const old = this.#all.get(name);
    if (old?.readOnly) throw new ReadOnlyVariable(name);
    this.#all.set(name, { value, exported: exported || old?.exported === true, readOnly: false });
  }

  /** Throws ReadOnlyVariable. */
  unset(name: string): void {
    if (this.#all.get(name)?.readOnly) throw new ReadOnlyVariable(name);
    this.#all.delete(name);
  }

  mark(name: string, marks: { readonly exported?: boolean; readonly readOnly?: boolean }): void {
    const old = this.#all.get(name) ?? { value: undefined, exported: false, readOnly: false };
    this.#all.set(name, { ...old, ...marks });
  }

  /** Puts a variable back as it was, marks and all. */
  restore(name: string, variable: Variable | undefined): void {
    if (variable) this.#all.set(name, variable);
    else this.#all.delete(name);
  }

  names(): readonly string[] {
    return [...this.#all.keys()].sort();
  }

  /** In the order in which variables were first exported, as the environment has them. */
  environment(): ReadonlyMap<string, string> {
    const environment = new Map<string, string>();
    for (const [name, { value, exported }] of this.#all)
      if (exported && value !== undefined) environment.set(name, value);
    return environment;
  }

  get depth(): number {
    return this.#scopes.length;
  }

  enterFunction(): void {
    this.#scopes.push(new Map());
  }

  leaveFunction(): void {
    for (const [name, variable] of this.#scopes.pop() ?? []) this.restore(name, variable);
  }

  /** False outside functions. The variable keeps its value, as in dash and ash. */
  declareLocal(name: string): boolean {
    const scope = this.#scopes.at(-1);
    if (!scope) return false;
    if (!scope.has(name)) scope.set(name, this.#all.get(name));
    return true;
  }
}
