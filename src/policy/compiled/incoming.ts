/**
 * Who lets whom in, for one port: the ingress rows of all destinations, turned round so that each source knows the classes
 * of destinations ("doors") that are open to it.
 */
import type { Bits } from './bits.ts';
import type { PortQuestion } from './port-atoms.ts';
import type { CompiledState } from './state.ts';
import type { SubjectClass } from './subject-classes.ts';

export interface Incoming {
  /** By slot, as words: destinations that let everybody in. */
  readonly open: Uint32Array;
  /** By door: the members of the class, as words and where they are. */
  readonly members: readonly WordList[];
  /** The doors of slot i are `doors[offsets[i]]` up to, not including, `doors[offsets[i + 1]]`; ascending. */
  readonly doors: Int32Array;
  readonly offsets: Int32Array;
  /** Of the doors of a slot; equal doors have equal hashes. */
  hashOf(slot: number): number;
  sameDoors(a: number, b: number): boolean;
}

export interface WordList {
  readonly places: readonly number[];
  readonly masks: readonly number[];
}

export function gatherIncoming(state: CompiledState, question: PortQuestion, slots: Int32Array): Incoming {
  const asked = new Uint32Array(state.words);
  for (const slot of slots) if (slot >= 0) asked[slot >>> 5] = (asked[slot >>> 5] ?? 0) | (1 << (slot & 31));
  const open = new Uint32Array(state.words);
  const members: WordList[] = [];
  const rows: Bits[] = [];
  for (const [node, list] of membersByClass(state, slots)) {
    const row = state.rowOfClass('Ingress', node, question);
    if (coversAll(row, asked)) {
      list.places.forEach((place, i) => {
        open[place] = (open[place] ?? 0) | (list.masks[i] ?? 0);
      });
    } else if (row.words.length > 0) {
      members.push(list);
      rows.push(row);
    }
  }
  const { doors, offsets } = turnRound(rows, asked, state.slots.capacity);
  return {
    open,
    members,
    doors,
    offsets,
    hashOf: (slot) => hashDoors(doors, offsets[slot] ?? 0, offsets[slot + 1] ?? 0),
    sameDoors: (a, b) => sameDoors(doors, offsets, a, b),
  };
}

function membersByClass(
  state: CompiledState,
  slots: Int32Array,
): ReadonlyMap<SubjectClass, { places: number[]; masks: number[] }> {
  const byClass = new Map<SubjectClass, { places: number[]; masks: number[] }>();
  for (const slot of slots) {
    if (slot < 0) continue;
    const node = state.classes.Ingress.classOf[slot] ?? state.classes.Ingress.root;
    let list = byClass.get(node);
    if (!list) {
      list = { places: [], masks: [] };
      byClass.set(node, list);
    }
    const last = list.places.length - 1;
    if (list.places[last] === slot >>> 5) list.masks[last] = (list.masks[last] ?? 0) | (1 << (slot & 31));
    else {
      list.places.push(slot >>> 5);
      list.masks.push(1 << (slot & 31));
    }
  }
  return byClass;
}

/** From "door: its slots" to "slot: its doors", both as one flat array with offsets. */
function turnRound(rows: readonly Bits[], asked: Uint32Array, capacity: number) {
  const { slots, ends } = listSlots(rows, asked);
  const offsets = new Int32Array(capacity + 2);
  for (let at = 0; at < slots.length; at++) {
    const next = (slots[at] ?? 0) + 1;
    offsets[next] = (offsets[next] ?? 0) + 1;
  }
  for (let i = 1; i < offsets.length; i++) offsets[i] = (offsets[i] ?? 0) + (offsets[i - 1] ?? 0);
  const cursor = offsets.slice();
  const doors = new Int32Array(slots.length);
  let at = 0;
  for (let door = 0; door < ends.length; door++) {
    for (const end = ends[door] ?? 0; at < end; at++) {
      const slot = slots[at] ?? 0;
      const place = cursor[slot] ?? 0;
      doors[place] = door;
      cursor[slot] = place + 1;
    }
  }
  return { doors, offsets };
}

/** The asked slots of every row, one row after the other; `ends[i]` is where row i ends. */
function listSlots(rows: readonly Bits[], asked: Uint32Array) {
  let slots = new Int32Array(4096);
  const ends = new Int32Array(rows.length);
  let length = 0;
  for (let door = 0; door < rows.length; door++) {
    const { start, words } = rows[door] ?? { start: 0, words: asked.subarray(0, 0) };
    if (length + words.length * 32 > slots.length) {
      const grown = new Int32Array(Math.max(slots.length * 2, length + words.length * 32));
      grown.set(slots.subarray(0, length));
      slots = grown;
    }
    for (let word = 0; word < words.length; word++) {
      let value = (words[word] ?? 0) & (asked[start + word] ?? 0);
      const base = (start + word) << 5;
      while (value !== 0) {
        const lowest = value & -value;
        slots[length++] = base + 31 - Math.clz32(lowest);
        value ^= lowest;
      }
    }
    ends[door] = length;
  }
  return { slots: slots.subarray(0, length), ends };
}

function hashDoors(doors: Int32Array, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (doors[at] ?? 0), 0x01000193) ^ (hash >>> 15);
  return hash;
}

function sameDoors(doors: Int32Array, offsets: Int32Array, a: number, b: number): boolean {
  const from = offsets[a] ?? 0;
  const length = (offsets[a + 1] ?? 0) - from;
  const other = offsets[b] ?? 0;
  if ((offsets[b + 1] ?? 0) - other !== length) return false;
  for (let i = 0; i < length; i++) if (doors[from + i] !== doors[other + i]) return false;
  return true;
}

function coversAll({ start, words }: Bits, asked: Uint32Array): boolean {
  for (let word = 0; word < asked.length; word++) {
    if (((asked[word] ?? 0) & ~(words[word - start] ?? 0)) !== 0) return false;
  }
  return true;
}
