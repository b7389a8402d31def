/** The standard input and the terminal of a container's first process, which `kubectl attach` feeds and resizes. */
import { openPipe } from '../../../shell/pipe.ts';
import type { Sink, Source } from '../../../shell/process.ts';
import type { TerminalControl } from '../runtime.ts';

export interface ContainerInput {
  /** Set for `stdin: true`. */
  readonly stdin: { readonly source: Source; readonly sink: Sink } | undefined;
  /** Set for `tty: true`. */
  readonly terminal: AdjustableTerminal | undefined;
}

export interface AdjustableTerminal extends TerminalControl {
  resize(columns: number, rows: number): void;
}

export function containerInput(container: { stdin?: boolean; tty?: boolean }): ContainerInput {
  return {
    stdin: container.stdin ? openPipe() : undefined,
    terminal: container.tty ? adjustableTerminal(80, 24) : undefined,
  };
}

export function adjustableTerminal(columns: number, rows: number): AdjustableTerminal {
  const listeners = new Set<() => void>();
  let size = { columns, rows };
  return {
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    onResize(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resize(newColumns, newRows) {
      size = { columns: newColumns, rows: newRows };
      for (const listener of listeners) listener();
    },
  };
}
