/**
 * A clock that stands still until a client waits, then jumps to the next timer. Deterministic: timers run in order of
 * due time, ties in order of creation, one event-loop turn apart so that whatever a timer wakes is done before the next.
 */
import type { Clock, Timer } from './clock.ts';
import { type TimerEntry, TimerHeap } from './timer-heap.ts';

/** A client that waits for something open-ended (a watch, a followed log): time may run, but not away. */
export interface Hold {
  /** The client has just been told something: before the next long jump it gets a moment of real time to act on it. */
  told(): void;
  release(): void;
}

export interface VirtualClock extends Clock {
  /**
   * While held, time runs even without urgent timers: `burstMs` at once, then `pace` virtual per real millisecond. It begins
   * `patienceMs` (real, default 0) later: a command that is over by then has waited for nothing but its own timers.
   */
  hold(patienceMs?: number): Hold;
  /**
   * Until the returned function is called, time is real: no jump, for nobody. For clients that bring a time limit of their
   * own, `timeout 2 kubectl …`, which would mean nothing otherwise.
   */
  keepRealTime(): () => void;
  /** Runs every timer due within the next `ms`, in order, and leaves the clock exactly `ms` later. */
  advance(ms: number): Promise<void>;
}

export interface VirtualClockOptions {
  /**
   * Start of time, ms since the epoch. Default: some hours ago, so that time that runs ahead does not pass the real one:
   * kubectl reckons ages in `describe` by its own clock and prints `<invalid>` for the future.
   */
  readonly startMs?: number;
  /** How far a fresh hold lets time jump at once. Long enough for a pod's grace period and two back-offs. */
  readonly burstMs?: number;
  readonly pace?: number;
  /**
   * Time also passes by itself, as fast as real time. For a cluster that people and scripts use from outside: `sleep 5` in a
   * script is then five seconds there, too. Without it a run is deterministic.
   */
  readonly flows?: boolean;
  /** How much real time a client gets to act on what it was told. More where clients are whole processes on a busy machine. */
  readonly reactionMs?: number;
}

export function virtualClock(options: VirtualClockOptions = {}): VirtualClock {
  return new JumpingClock(options);
}

/** No more than this (virtual), in however many jumps, outruns a client that may still react. */
const longJumpMs = 1000;

class JumpingClock implements VirtualClock {
  readonly #timers = new TimerHeap();
  readonly #burstMs: number;
  readonly #pace: number;
  readonly #reactionMs: number;
  readonly #hurried: Clock;
  #nowMs: number;
  #sequence = 0;
  #urgentCount = 0;
  #holds = 0;
  /** Up to here (virtual) time may run without an urgent timer, as of `#allowanceSetAt` (real). */
  #allowanceUntil = Number.NEGATIVE_INFINITY;
  #allowanceSetAt = 0;
  /** Until then (real) somebody may still react to what it was told. */
  #reactionUntil = 0;
  /** When (virtual) that was. */
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #turnScheduled = false;
  #advancing = false;
  #wake: NodeJS.Timeout | undefined;
  /** Time passes by itself from `#stampedAt` (real) on. */
  #flows: boolean;
  #stampedAt = performance.now();
  #jumps = true;

  constructor(options: VirtualClockOptions) {
    const { startMs = Date.now() - 6 * 3_600_000, burstMs = 45_000, pace = 10, reactionMs = 60 } = options;
    this.#nowMs = startMs;
    this.#flows = options.flows ?? false;
    this.#burstMs = burstMs;
    this.#pace = pace;
    this.#reactionMs = reactionMs;
    this.#hurried = {
      now: () => this.now(),
      after: (delayMs, callback) => this.#add(delayMs, callback, true),
      urgent: () => this.#hurried,
    };
  }

  now(): number {
    return this.#flows ? this.#nowMs + Math.floor(performance.now() - this.#stampedAt) : this.#nowMs;
  }

  keepRealTime(): () => void {
    const flowed = this.#flows;
    this.#setPassage(true, false);
    let kept = true;
    return () => {
      if (kept) this.#setPassage(flowed, true);
      kept = false;
    };
  }

  #setPassage(flows: boolean, jumps: boolean): void {
    this.#moveTo(this.now());
    this.#flows = flows;
    this.#jumps = jumps;
    this.#scheduleTurn();
  }

  #moveTo(ms: number): void {
    this.#nowMs = ms;
    this.#stampedAt = performance.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#add(delayMs, callback, false);
  }

  urgent(): Clock {
    return this.#hurried;
  }

  hold(patienceMs = 0): Hold {
    let state: 'waiting' | 'held' | 'released' = 'waiting';
    const start = (): void => {
      state = 'held';
      this.#startHold();
    };
    const patience = patienceMs > 0 ? setTimeout(start, patienceMs) : undefined;
    patience?.unref();
    if (!patience) start();
    return {
      told: () => {
        if (state !== 'held') return;
        this.#toldAtMs = this.now();
        this.#reactionUntil = performance.now() + this.#reactionMs;
      },
      release: () => {
        clearTimeout(patience);
        if (state === 'held') this.#holds--;
        state = 'released';
      },
    };
  }

  #startHold(): void {
    if (this.#holds++ === 0 || this.#horizon() < this.now() + this.#burstMs) {
      this.#allowanceUntil = this.now() + this.#burstMs;
      this.#allowanceSetAt = performance.now();
    }
    this.#scheduleTurn();
  }

  async advance(ms: number): Promise<void> {
    const end = this.now() + ms;
    this.#advancing = true;
    try {
      await settle();
      for (let next = this.#timers.peek(); next && next.due <= end; next = this.#timers.peek()) {
        this.#fire(next);
        await settle();
      }
      this.#moveTo(Math.max(this.now(), end));
    } finally {
      this.#advancing = false;
      this.#scheduleTurn();
    }
  }

  #add(delayMs: number, callback: () => void, urgent: boolean): Timer {
    const due = this.now() + Math.max(0, delayMs);
    const entry: TimerEntry = { due, sequence: this.#sequence++, callback, urgent, cancelled: false };
    this.#timers.push(entry);
    if (urgent) this.#urgentCount++;
    this.#scheduleTurn();
    return { cancel: () => this.#drop(entry) };
  }

  #drop(entry: TimerEntry): void {
    if (entry.cancelled) return;
    entry.cancelled = true;
    if (entry.urgent) this.#urgentCount--;
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled || this.#advancing) return;
    this.#turnScheduled = true;
    // Two turns of the event loop: what the last timer woke (promises, then I/O to a client) is done before time moves on.
    setImmediate(() => setImmediate(() => this.#turn()));
  }

  #turn(): void {
    this.#turnScheduled = false;
    const next = this.#timers.peek();
    if (this.#advancing || !next) return;
    const waitMs = next.due > this.now() ? this.#waitFor(next.due) : 0;
    if (waitMs > 0) {
      this.#wakeLater(waitMs);
      return;
    }
    this.#fire(next);
    this.#scheduleTurn();
  }

  /** Real milliseconds until time may move to `due`; Infinity until somebody asks for it. */
  #waitFor(due: number): number {
    const flowMs = this.#flows ? due - this.now() : Number.POSITIVE_INFINITY;
    if (!this.#jumps) return flowMs;
    if (this.#urgentCount > 0) return 0;
    const horizon = this.#horizon();
    if (due > horizon)
      return Math.min(flowMs, this.#holds > 0 ? (due - horizon) / this.#pace : Number.POSITIVE_INFINITY);
    return due > this.#toldAtMs + longJumpMs ? Math.min(flowMs, this.#reactionUntil - performance.now()) : 0;
  }

  /** How far time may move now without anybody's urgent timer. */
  #horizon(): number {
    if (this.#holds === 0) return this.now();
    return this.#allowanceUntil + (performance.now() - this.#allowanceSetAt) * this.#pace;
  }

  #wakeLater(realMs: number): void {
    clearTimeout(this.#wake);
    if (realMs === Number.POSITIVE_INFINITY) return;
    this.#wake = setTimeout(() => this.#scheduleTurn(), Math.min(realMs + 1, 2 ** 30));
    this.#wake.unref();
  }

  #fire(entry: TimerEntry): void {
    this.#timers.pop();
    this.#moveTo(Math.max(this.now(), entry.due));
    this.#drop(entry);
    entry.callback();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
