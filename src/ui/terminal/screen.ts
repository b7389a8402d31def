/**
 * What a session writes to, so that somebody who waits can see it: one line at the bottom says what is being waited for and for
 * how long, and goes away by itself. Where nothing may move, it is a line now and then instead.
 */
import type { Style } from '../style.ts';
import { visibleLength, withoutColour } from './wrap.ts';

export interface Screen {
  readonly out: (text: string) => void;
  readonly progress: (text: string) => void;
  /** An empty line, unless there is one. */
  gap(): void;
  /** Names what is being waited for; replaces what was named before. */
  busy(what: string): void;
  idle(): void;
}

export interface ScreenOptions {
  readonly style: Style;
  readonly out: (text: string) => void;
  readonly progress: (text: string) => void;
  /** Milliseconds; a waiting line that is gone before this never appears. */
  readonly patienceMs?: number;
  readonly heartbeatMs?: number;
}

const eraseLine = '\r\u001b[2K';

/** Without motion there is a start line for --accessible, and a heartbeat for everybody. */
export function createScreen(options: ScreenOptions): Screen {
  const { style, out, progress, patienceMs = 700, heartbeatMs = 30_000 } = options;
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;
  let ending = '\n\n';
  const erase = () => {
    if (drawn) out(eraseLine);
    drawn = false;
  };
  const through = (write: (text: string) => void) => (text: string) => {
    if (text === '') return;
    erase();
    write(text);
    ending = `${ending}${withoutColour(text)}`.slice(-2);
  };
  const say = through(progress);
  const idle = () => {
    clearInterval(timer);
    timer = undefined;
    erase();
  };
  return {
    out: through(out),
    progress: say,
    gap() {
      if (ending !== '\n\n') through(out)('\n');
    },
    busy(what) {
      idle();
      const started = performance.now();
      const seconds = () => `${Math.floor((performance.now() - started) / 1000)} s`;
      if (style.motion) {
        const draw = () => {
          erase();
          // A line that other text stands on is not ours to erase.
          if (!ending.endsWith('\n')) return;
          drawn = true;
          out(style.dim(waitingLine(what, seconds(), style)));
        };
        timer = setInterval(draw, patienceMs);
      } else {
        if (style.accessible) say(`${what}\n`);
        timer = setInterval(() => say(`still at it after ${seconds()}: ${what}\n`), heartbeatMs);
      }
      timer.unref();
    },
    idle,
  };
}

/** One row, whatever the width: a second row could not be erased. */
function waitingLine(what: string, seconds: string, { columns, unicode }: Style): string {
  const dots = unicode ? '…' : '...';
  const room = columns - 1 - visibleLength(` ${dots} ${seconds}`);
  return `${[...what].slice(0, room).join('')} ${dots} ${seconds}`;
}
