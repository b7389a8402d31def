/** What an awk program consists of, once it has been read. */

export type Expr =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'regex'; readonly source: string }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'field'; readonly index: Expr }
  | { readonly type: 'element'; readonly array: string; readonly keys: readonly Expr[] }
  | { readonly type: 'assign'; readonly operator: string; readonly target: Target; readonly value: Expr }
  | { readonly type: 'conditional'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'unary'; readonly operator: '!' | '-' | '+'; readonly operand: Expr }
  | { readonly type: 'step'; readonly by: 1 | -1; readonly prefix: boolean; readonly target: Target }
  | { readonly type: 'in'; readonly keys: readonly Expr[]; readonly array: string }
  | { readonly type: 'call'; readonly name: string; readonly builtin: boolean; readonly args: readonly Expr[] }
  | { readonly type: 'group'; readonly inner: Expr }
  | {
      readonly type: 'getline';
      readonly target: Target | undefined;
      readonly from: 'main' | 'file' | 'command';
      readonly source: Expr | undefined;
    };

export type Target = Extract<Expr, { readonly type: 'variable' | 'field' | 'element' }>;

export type Statement =
  | { readonly type: 'block'; readonly body: readonly Statement[] }
  | { readonly type: 'expression'; readonly value: Expr }
  | {
      readonly type: 'print' | 'printf';
      readonly args: readonly Expr[];
      readonly redirect: { readonly operator: '>' | '>>' | '|'; readonly to: Expr } | undefined;
    }
  | { readonly type: 'if'; readonly test: Expr; readonly yes: Statement; readonly no: Statement | undefined }
  | { readonly type: 'while'; readonly test: Expr; readonly body: Statement; readonly atLeastOnce: boolean }
  | {
      readonly type: 'for';
      readonly start: Statement | undefined;
      readonly test: Expr | undefined;
      readonly next: Statement | undefined;
      readonly body: Statement;
    }
  | { readonly type: 'for-in'; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly type: 'delete'; readonly array: string; readonly keys: readonly Expr[] | undefined }
  | { readonly type: 'exit' | 'return'; readonly value: Expr | undefined }
  | { readonly type: 'next' | 'nextfile' | 'break' | 'continue' };

export interface Rule {
  readonly pattern: 'BEGIN' | 'END' | 'always' | { readonly from: Expr; readonly to: Expr | undefined };
  /** Undefined: print the record. */
  readonly body: Statement | undefined;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly body: Statement }>;
}
