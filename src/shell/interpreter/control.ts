/** How a shell leaves what it is doing: thrown, because every construct in between must undo its redirections. */

/** `break` and `continue`; `levels` of enclosing loops still to leave. */
export class LoopJump extends Error {
  readonly kind: 'break' | 'continue';
  levels: number;
  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

/** `return`, from a function or a sourced file. */
export class FunctionReturn extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`return ${status}`);
    this.status = status;
  }
}

/** `exit`, `set -e`, and the end of a script by an error. The EXIT trap still runs. */
export class ShellExit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/**
 * An error that ends a shell which nobody talks to, and returns an interactive one to its prompt: a syntax error,
 * a failed expansion, a special builtin used wrongly. The message has its prefix already.
 */
export class ShellError extends Error {
  readonly status: number;
  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}

/** ^C at an interactive shell: back to the prompt, whatever was running. */
export class Interrupted extends Error {}
