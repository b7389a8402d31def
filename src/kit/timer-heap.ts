/** Which timer is next? A binary heap by due time, ties in order of creation. */

export interface TimerEntry {
  readonly due: number;
  readonly sequence: number;
  readonly callback: () => void;
  readonly urgent: boolean;
  cancelled: boolean;
}

/** Binary heap by due time, then by order of creation. Cancelled entries are dropped when they surface. */
export class TimerHeap {
  readonly #entries: TimerEntry[] = [];

  peek(): TimerEntry | undefined {
    while (this.#entries[0]?.cancelled) this.pop();
    return this.#entries[0];
  }

  push(entry: TimerEntry): void {
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

function before(a: TimerEntry, b: TimerEntry): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}
