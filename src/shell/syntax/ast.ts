/** What a parsed POSIX script looks like to the interpreter. Our own tree: the parser behind it can be exchanged. */

export type List = readonly ListItem[];

export interface ListItem {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
  readonly background: boolean;
  /** As written, for `jobs` and `[1]+  Done`. */
  readonly source: string;
}

export interface Pipeline {
  readonly negated: boolean;
  /** `time` in front of it. */
  readonly timed: boolean;
  readonly commands: readonly Command[];
}

export type Command = SimpleCommand | CompoundCommand | FunctionDefinition;

export interface SimpleCommand {
  readonly type: 'simple';
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly line: number;
}

export interface FunctionDefinition {
  readonly type: 'function';
  readonly name: string;
  readonly body: Command;
}

export type CompoundCommand = { readonly redirects: readonly Redirect[]; readonly line: number } & (
  | { readonly type: 'group' | 'subshell'; readonly body: List }
  | {
      readonly type: 'if';
      readonly branches: readonly { readonly condition: List; readonly body: List }[];
      readonly otherwise: List;
    }
  | { readonly type: 'loop'; readonly until: boolean; readonly condition: List; readonly body: List }
  /** Without `in`: the positional parameters. */
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[] | undefined; readonly body: List }
  | {
      readonly type: 'case';
      readonly subject: Word;
      readonly items: readonly { readonly patterns: readonly Word[]; readonly body: List }[];
    }
);

export interface Redirect {
  readonly operator: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '&>' | 'heredoc';
  /** The descriptor on the left; the operator's default where none was written. */
  readonly descriptor: number;
  /** A file name, a descriptor's number, `-`, or a here-document's body. */
  readonly target: Word;
}

export interface Word {
  readonly parts: readonly WordPart[];
  /** As written. */
  readonly raw: string;
}

export type WordPart =
  /** `quoted`: no splitting, no globbing. An empty quoted text still makes a field. */
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly type: 'parameter'; readonly parameter: Parameter; readonly quoted: boolean }
  | { readonly type: 'command'; readonly script: Script; readonly quoted: boolean }
  | { readonly type: 'arithmetic'; readonly expression: Word; readonly quoted: boolean };

export interface Script {
  readonly list: List;
}

export interface Parameter {
  readonly name: string;
  readonly operation:
    | { readonly kind: 'plain' | 'length' }
    /** `colon`: null counts as unset. */
    | { readonly kind: 'default' | 'assign' | 'error' | 'alternative'; readonly colon: boolean; readonly word: Word }
    | { readonly kind: 'strip'; readonly side: 'prefix' | 'suffix'; readonly longest: boolean; readonly pattern: Word }
    /** BusyBox ash only. */
    | {
        readonly kind: 'replace';
        readonly all: boolean;
        readonly anchor: '' | '#' | '%';
        readonly pattern: Word;
        readonly replacement: Word;
      }
    | { readonly kind: 'slice'; readonly offset: Word; readonly length: Word | undefined }
    /** Told only when it is expanded. */
    | { readonly kind: 'bad' };
}

/** What is wrong with a script, in words that each shell says differently. */
export type SyntaxProblem =
  | { readonly kind: 'unexpected'; readonly token: string; readonly expecting: string | undefined }
  | { readonly kind: 'end-of-file'; readonly expecting: string | undefined }
  | {
      readonly kind:
        | 'unterminated-quote'
        | 'missing-brace'
        | 'missing-arithmetic'
        | 'bad-for-variable'
        | 'bad-function-name';
    };

export class SyntaxFailure extends Error {
  override readonly name = 'SyntaxFailure';
  readonly problem: SyntaxProblem;
  /** From 1. */
  readonly line: number;
  /** More input could complete it: the interactive shell asks for it with PS2. */
  readonly incomplete: boolean;
  constructor(problem: SyntaxProblem, line: number, incomplete: boolean) {
    super(problem.kind);
    this.problem = problem;
    this.line = line;
    this.incomplete = incomplete;
  }
}
