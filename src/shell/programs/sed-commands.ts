/** What a sed script consists of, once it has been read. */

export type Address =
  | { readonly type: 'line'; readonly line: number }
  | { readonly type: 'last' }
  | { readonly type: 'step'; readonly first: number; readonly step: number }
  /** Empty: the last regular expression that was used. */
  | { readonly type: 'regex'; readonly regex: RegExp | undefined }
  /** `,+N` and `,~N` as the second address. */
  | { readonly type: 'plus' | 'multiple'; readonly count: number };

export interface SedCommand {
  readonly first: Address | undefined;
  readonly second: Address | undefined;
  readonly negated: boolean;
  readonly action: Action;
}

export type Action =
  | {
      readonly name: 's';
      readonly regex: RegExp | undefined;
      readonly replacement: string;
      readonly global: boolean;
      readonly nth: number;
      readonly print: boolean;
      readonly file: string | undefined;
    }
  | { readonly name: 'y'; readonly map: ReadonlyMap<string, string> }
  | { readonly name: 'a' | 'i' | 'c'; readonly text: string }
  | { readonly name: 'r' | 'w'; readonly file: string }
  | { readonly name: 'q' | 'Q'; readonly status: number }
  /** Where to go on: an index into the commands; their number means the end. */
  | { readonly name: 'b' | 't' | 'T'; readonly target: number }
  /** Skips to `end` when its address does not match. */
  | { readonly name: '{'; readonly end: number }
  | { readonly name: 'p' | 'P' | 'd' | 'D' | 'n' | 'N' | 'h' | 'H' | 'g' | 'G' | 'x' | '=' | 'l' | '}' | ':' };

export class SedProblem extends Error {}
