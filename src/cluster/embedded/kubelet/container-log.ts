/**
 * A container's log as containerd keeps it: one entry per line, the rest of a line that is too long or never ended as a
 * partial entry. Reading applies kubectl's options in the kubelet's order (pkg/kubelet/kuberuntime/logs).
 */
export interface LogEntry {
  readonly epochMs: number;
  /** Nanoseconds within the millisecond, so that equal times still sort and print distinct. */
  readonly nanoseconds: number;
  /** With its newline unless partial. */
  readonly bytes: Uint8Array;
  readonly partial: boolean;
}

export interface ContainerLog {
  readonly entries: readonly LogEntry[];
  /** Entries dropped from the front since the start: indexes of followers stay valid. */
  readonly dropped: number;
  readonly ended: boolean;
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** Flushes what has no newline, as a partial entry. */
  end(): void;
  /** Resolves at the next entry or at the end. */
  changed(): Promise<void>;
}

const newline = 0x0a;
/** containerd's max_container_log_line_size. */
const lineLimit = 16 * 1024;
/** Less than the kubelet's containerLogMaxSize of 10 MiB: many pods live in one process here. */
const sizeLimit = 4 * 1024 * 1024;

export function containerLog(now: () => number): ContainerLog {
  return new BufferedLog(now);
}

class BufferedLog implements ContainerLog {
  entries: LogEntry[] = [];
  dropped = 0;
  ended = false;
  readonly #now: () => number;
  /** What has no newline yet. */
  readonly #rests: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  #size = 0;
  #lastMs = -1;
  #nanoseconds = 0;
  #waiters: (() => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    if (this.ended || bytes.length === 0) return;
    const rest = this.#rests[stream];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(newline, start);
      if (end < 0) break;
      this.#append(concat([...rest, bytes.subarray(start, end + 1)]), false);
      rest.length = 0;
      start = end + 1;
    }
    if (start < bytes.length) rest.push(bytes.slice(start));
    this.#splitLongLine(rest);
    this.#wake();
  }

  end(): void {
    if (this.ended) return;
    for (const rest of [this.#rests.stdout, this.#rests.stderr]) {
      if (rest.length > 0) this.#append(concat(rest), true);
      rest.length = 0;
    }
    this.ended = true;
    this.#wake();
  }

  changed(): Promise<void> {
    return this.ended ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve));
  }

  #splitLongLine(rest: Uint8Array[]): void {
    while (lengthOf(rest) >= lineLimit) {
      const whole = concat(rest);
      this.#append(whole.slice(0, lineLimit), true);
      rest.length = 0;
      if (whole.length > lineLimit) rest.push(whole.slice(lineLimit));
    }
  }

  #append(bytes: Uint8Array, partial: boolean): void {
    const epochMs = this.#now();
    const sameInstant = epochMs === this.#lastMs;
    this.#nanoseconds = sameInstant
      ? Math.min(999_999, this.#nanoseconds + 1_733)
      : 100_000 + (this.#size % 7_919) * 97;
    this.#lastMs = epochMs;
    this.entries.push({ epochMs, nanoseconds: this.#nanoseconds, bytes, partial });
    this.#size += bytes.length;
    if (this.#size > sizeLimit) this.#rotate();
  }

  #rotate(): void {
    const half = Math.ceil(this.entries.length / 2);
    this.dropped += half;
    this.entries = this.entries.slice(half);
    this.#size = this.entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
  }

  #wake(): void {
    const woken = this.#waiters;
    this.#waiters = [];
    for (const waiter of woken) waiter();
  }
}

export interface ReadOptions {
  /** Entries before this are skipped. */
  readonly sinceMs?: number | undefined;
  /** The last so many entries; undefined is all. */
  readonly tailLines?: number | undefined;
  readonly timestamps?: boolean | undefined;
  readonly limitBytes?: number | undefined;
  readonly follow?: boolean | undefined;
}

/** Chunks of text as kubectl prints them. With `follow` until the log ends or the signal aborts. */
export async function* readLog(
  log: ContainerLog,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { sinceMs = Number.NEGATIVE_INFINITY, tailLines, timestamps = false, follow = false } = options;
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let next = log.dropped + (tailLines === undefined ? 0 : Math.max(0, log.entries.length - tailLines));
  let lineStart = true;
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  for (;;) {
    for (; next < log.dropped + log.entries.length; next++) {
      const entry = log.entries[Math.max(0, next - log.dropped)];
      if (!entry || entry.epochMs < sinceMs) continue;
      const text = timestamps && lineStart ? concat([encode(`${stamp(entry)} `), entry.bytes]) : entry.bytes;
      lineStart = !entry.partial;
      const chunk = text.length > left ? text.subarray(0, left) : text;
      left -= chunk.length;
      if (chunk.length > 0) yield chunk;
      if (left <= 0) return;
    }
    if (!follow || log.ended || signal.aborted) return;
    await Promise.race([log.changed(), aborted]);
  }
}

/** RFC 3339 with nanoseconds, trailing zeros kept, as `--timestamps` prints. */
function stamp(entry: LogEntry): string {
  const iso = new Date(entry.epochMs).toISOString();
  return `${iso.slice(0, 23)}${String(entry.nanoseconds).padStart(6, '0')}Z`;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0].slice();
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
