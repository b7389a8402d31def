/**
 * All pairs for one port: joins the egress row of each source with the ingress rows of all destinations. Sources that are in
 * the same rows share one line, so the work grows with the kinds of pods and not with their number.
 */
import type { PolicyPod } from '../model.ts';
import { type Bits, forEachBit, hasBit, setBit } from './bits.ts';
import type { PortQuestion } from './port-atoms.ts';
import type { CompiledState } from './state.ts';
import type { SubjectClass } from './subject-classes.ts';

export interface TruthMatrix {
  readonly size: number;
  /** Row and column i is this pod; undefined where the matrix is about addresses. */
  readonly pods: readonly PolicyPod[] | undefined;
  /** A pod reaches itself. */
  allowed(source: number, destination: number): boolean;
  /** How many ordered pairs of two are allowed. */
  countAllowed(): number;
  /** Row groups: sources that reach the same destinations, for those who want to visit only what differs. */
  readonly lines: readonly Line[];
  readonly lineOf: readonly number[];
  /** Slots by index, to read lines with. */
  readonly slots: readonly number[];
}

export interface Line {
  /** By slot: whom the sources of this line reach. */
  readonly reach: Bits;
}

/** `slots`: what rows and columns are; -1 reaches nobody and is reached by nobody. */
export function assembleMatrix(
  state: CompiledState,
  question: PortQuestion,
  slots: readonly number[],
  pods: readonly PolicyPod[] | undefined,
): TruthMatrix {
  const incoming = gatherIncoming(state, question, slots);
  const lines: Line[] = [];
  const lineOf: number[] = [];
  const known = new Map<SubjectClass, Map<string, number>>();
  for (const slot of slots) {
    const node = state.classes.Egress.classOf[slot] ?? state.classes.Egress.root;
    const doors = incoming.doorsOf(slot);
    const byDoors = known.get(node) ?? new Map<string, number>();
    known.set(node, byDoors);
    const key = doors.join();
    let line = byDoors.get(key);
    if (line === undefined) {
      line = lines.length;
      byDoors.set(key, line);
      lines.push({ reach: reachOf(state.rowOfClass('Egress', node, question), incoming, doors, state.words) });
    }
    lineOf.push(line);
  }
  return describe(slots, pods, lines, lineOf);
}

interface Incoming {
  /** Destinations that let everybody in. */
  readonly open: Bits;
  /** Per class of destinations: its members as slots. */
  readonly members: readonly (readonly number[])[];
  /** The classes, by number, that let this source in; ascending. */
  doorsOf(slot: number): Int32Array;
}

function gatherIncoming(state: CompiledState, question: PortQuestion, slots: readonly number[]): Incoming {
  const open: Bits = new Uint32Array(state.words);
  const byClass = new Map<SubjectClass, number[]>();
  for (const slot of new Set(slots)) {
    if (slot < 0) continue;
    const node = state.classes.Ingress.classOf[slot] ?? state.classes.Ingress.root;
    const list = byClass.get(node);
    if (list) list.push(slot);
    else byClass.set(node, [slot]);
  }
  const asked: Bits = new Uint32Array(state.words);
  for (const slot of slots) if (slot >= 0) setBit(asked, slot);
  const members: (readonly number[])[] = [];
  const rows: Bits[] = [];
  const counts = new Int32Array(state.slots.capacity + 1);
  for (const [node, list] of byClass) {
    const row = state.rowOfClass('Ingress', node, question);
    if (coversAll(row, asked)) {
      for (const slot of list) setBit(open, slot);
      continue;
    }
    members.push(list);
    rows.push(row);
    forEachCommon(row, asked, (slot) => {
      counts[slot + 1] = (counts[slot + 1] ?? 0) + 1;
    });
  }
  const doors = fillDoors(rows, asked, counts);
  return { open, members, doorsOf: (slot) => doors.subarray(counts[slot] ?? 0, counts[slot + 1] ?? 0) };
}

/** One flat list of class numbers, cut by source: `counts` becomes the offsets. */
function fillDoors(rows: readonly Bits[], asked: Bits, counts: Int32Array): Int32Array {
  for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0);
  const cursor = counts.slice();
  const doors = new Int32Array(counts.at(-1) ?? 0);
  for (let door = 0; door < rows.length; door++) {
    const row = rows[door];
    if (!row) continue;
    forEachCommon(row, asked, (slot) => {
      const at = cursor[slot] ?? 0;
      doors[at] = door;
      cursor[slot] = at + 1;
    });
  }
  return doors;
}

function reachOf(egress: Bits, { open, members }: Incoming, doors: Int32Array, words: number): Bits {
  const reach: Bits = new Uint32Array(words);
  for (let word = 0; word < words; word++) reach[word] = (open[word] ?? 0) & (egress[word] ?? 0);
  for (const door of doors) {
    for (const slot of members[door] ?? []) if (hasBit(egress, slot)) setBit(reach, slot);
  }
  return reach;
}

function describe(
  slots: readonly number[],
  pods: readonly PolicyPod[] | undefined,
  lines: readonly Line[],
  lineOf: readonly number[],
): TruthMatrix {
  const allowed = (source: number, destination: number): boolean => {
    const from = slots[source] ?? -1;
    const to = slots[destination] ?? -1;
    const line = lines[lineOf[source] ?? -1];
    return from >= 0 && to >= 0 && (from === to || (line !== undefined && hasBit(line.reach, to)));
  };
  return {
    size: slots.length,
    pods,
    allowed,
    lines,
    lineOf,
    slots,
    countAllowed: () => countAllowed(slots, lines, lineOf),
  };
}

function countAllowed(slots: readonly number[], lines: readonly Line[], lineOf: readonly number[]): number {
  const wanted = new Set(slots);
  const counts = lines.map(({ reach }) => {
    let count = 0;
    forEachBit(reach, (slot) => {
      if (wanted.has(slot)) count++;
    });
    return count;
  });
  return slots.reduce((sum, slot, source) => {
    const line = lineOf[source] ?? -1;
    const reach = lines[line]?.reach;
    const self = slot >= 0 && reach && hasBit(reach, slot) ? 1 : 0;
    return slot < 0 ? sum : sum + (counts[line] ?? 0) - self;
  }, 0);
}

function coversAll(row: Bits, asked: Bits): boolean {
  for (let word = 0; word < asked.length; word++) if (((asked[word] ?? 0) & ~(row[word] ?? 0)) !== 0) return false;
  return true;
}

function forEachCommon(a: Bits, b: Bits, visit: (index: number) => void): void {
  for (let word = 0; word < a.length; word++) {
    let value = (a[word] ?? 0) & (b[word] ?? 0);
    while (value !== 0) {
      const lowest = value & -value;
      visit((word << 5) + 31 - Math.clz32(lowest));
      value ^= lowest;
    }
  }
}
