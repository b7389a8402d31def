/**
 * A clock that stands still until a client waits, then jumps to the next timer. Deterministic: timers run in order of
 * due time, ties in order of creation, one event-loop turn apart so that whatever a timer wakes is done before the next.
 */
import type { Clock, Timer } from './clock.ts';

/** A client that waits for something open-ended (a watch, a followed log): time may run, but not away. */
export interface Hold {
  release(): void;
}

export interface VirtualClock extends Clock {
  /** While held, time runs even without urgent timers: `burstMs` at once, then `pace` virtual per real millisecond. */
  hold(): Hold;
  /** Runs every timer due within the next `ms`, in order, and leaves the clock exactly `ms` later. */
  advance(ms: number): Promise<void>;
}

interface Entry {
  readonly due: number;
  readonly sequence: number;
  readonly callback: () => void;
  readonly urgent: boolean;
  cancelled: boolean;
}

export interface VirtualClockOptions {
  /** Start of time, ms since the epoch. */
  readonly startMs?: number;
  /** How far a fresh hold lets time jump at once. Long enough for a pod's grace period and two back-offs. */
  readonly burstMs?: number;
  readonly pace?: number;
}

export function virtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { startMs = Date.now(), burstMs = 45_000, pace = 10 } = options;
  const timers = new Heap();
  let nowMs = startMs;
  let sequence = 0;
  let urgentCount = 0;
  let holds = 0;
  let allowanceUntil = Number.NEGATIVE_INFINITY;
  let allowanceSetAt = 0;
  let turnScheduled = false;
  let wake: NodeJS.Timeout | undefined;
  let advancing = false;

  const after = (delayMs: number, callback: () => void, urgent: boolean): Timer => {
    const entry: Entry = {
      due: nowMs + Math.max(0, delayMs),
      sequence: sequence++,
      callback,
      urgent,
      cancelled: false,
    };
    timers.push(entry);
    if (urgent) urgentCount++;
    scheduleTurn();
    return {
      cancel: () => {
        if (entry.cancelled) return;
        entry.cancelled = true;
        if (urgent) urgentCount--;
      },
    };
  };

  const scheduleTurn = (): void => {
    if (turnScheduled || advancing) return;
    turnScheduled = true;
    // Two turns of the event loop: what the last timer woke (promises, then I/O to a client) is done before time moves on.
    setImmediate(() => setImmediate(turn));
  };

  /** How far time may move now without anybody's urgent timer. */
  const horizon = (): number => {
    if (holds === 0) return nowMs;
    return allowanceUntil + (performance.now() - allowanceSetAt) * pace;
  };

  const turn = (): void => {
    turnScheduled = false;
    if (advancing) return;
    const next = timers.peek();
    if (!next) return;
    if (next.due > nowMs && urgentCount === 0 && next.due > horizon()) {
      if (holds > 0) wakeLater(next.due - horizon());
      return;
    }
    fire(next);
    scheduleTurn();
  };

  const wakeLater = (virtualMs: number): void => {
    clearTimeout(wake);
    wake = setTimeout(scheduleTurn, Math.min(virtualMs / pace + 1, 2 ** 30));
    wake.unref();
  };

  const fire = (entry: Entry): void => {
    timers.pop();
    nowMs = Math.max(nowMs, entry.due);
    entry.cancelled = true;
    if (entry.urgent) urgentCount--;
    entry.callback();
  };

  const plain: VirtualClock = {
    now: () => nowMs,
    after: (delayMs, callback) => after(delayMs, callback, false),
    urgent: () => hurried,
    hold() {
      if (holds++ === 0 || horizon() < nowMs + burstMs) {
        allowanceUntil = nowMs + burstMs;
        allowanceSetAt = performance.now();
      }
      scheduleTurn();
      let released = false;
      return {
        release: () => {
          if (released) return;
          released = true;
          holds--;
        },
      };
    },
    async advance(ms) {
      const end = nowMs + ms;
      advancing = true;
      try {
        await settle();
        for (let next = timers.peek(); next && next.due <= end; next = timers.peek()) {
          fire(next);
          await settle();
        }
        nowMs = Math.max(nowMs, end);
      } finally {
        advancing = false;
        scheduleTurn();
      }
    },
  };
  const hurried: Clock = {
    now: plain.now,
    after: (delayMs, callback) => after(delayMs, callback, true),
    urgent: () => hurried,
  };
  return plain;
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** Binary heap by due time, then by order of creation. Cancelled entries are dropped when they surface. */
class Heap {
  readonly #entries: Entry[] = [];

  peek(): Entry | undefined {
    while (this.#entries[0]?.cancelled) this.pop();
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent];
      if (!above || !before(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (!last || entries.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = entries[child];
      if (!below) break;
      const right = entries[child + 1];
      if (right && before(right, below)) {
        child++;
        below = right;
      }
      if (!before(below, last)) break;
      entries[at] = below;
      at = child;
    }
    entries[at] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}
