/**
 * All pairs for one port: joins the egress row of each source with the ingress rows of all destinations. Sources that are in
 * the same rows share one line, so the work grows with the kinds of pods and not with their number.
 */
import type { PolicyPod } from '../model.ts';
import { countOnes, hasBit } from './bits.ts';
import { gatherIncoming, type Incoming } from './incoming.ts';
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
  /** Sources that reach the same destinations share a line: for those who want to visit only what differs. */
  readonly lines: readonly Line[];
  /** By row: the index of its line. */
  readonly lineOf: Int32Array;
  /** By row: its slot, to read lines with. */
  readonly slots: Int32Array;
}

/** By slot, in words of 32 bits: whom the sources of this line reach. Only slots of the matrix are in it. */
export type Line = Uint32Array;

/** `slots`: what rows and columns are; -1 reaches nobody and is reached by nobody. */
export function assembleMatrix(
  state: CompiledState,
  question: PortQuestion,
  slots: Int32Array,
  pods: readonly PolicyPod[] | undefined,
): TruthMatrix {
  const incoming = gatherIncoming(state, question, slots);
  const lines: Line[] = [];
  const lineOf = new Int32Array(slots.length);
  const kinds = new SourceKinds(incoming, slots.length);
  const slab = lineSlab(state.words);
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row] ?? -1;
    const node = state.classes.Egress.classOf[slot] ?? state.classes.Egress.root;
    const kind = kinds.find(node, slot);
    lineOf[row] = kind;
    if (kind < lines.length) continue;
    const line = slab();
    if (slot >= 0) fillLine(line, state.rowOfClass('Egress', node, question), incoming, slot);
    lines.push(line);
  }
  return describe(slots, pods, lines, lineOf);
}

/** Numbers the sources that differ in their class or in the doors that are open to them: a table of hashes with open addressing. */
class SourceKinds {
  readonly #incoming: Incoming;
  /** Kinds plus one; 0: free. At most half full. */
  readonly #table: Int32Array;
  readonly #classes: SubjectClass[] = [];
  readonly #samples: number[] = [];
  readonly #hashes: number[] = [];

  constructor(incoming: Incoming, sources: number) {
    this.#incoming = incoming;
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(2 * sources + 2)));
  }

  /** The next number for a kind that was not seen before. */
  find(node: SubjectClass, slot: number): number {
    const hash = this.#incoming.hashOf(slot);
    const mask = this.#table.length - 1;
    for (let place = (hash ^ (hash >>> 16)) & mask; ; place = (place + 1) & mask) {
      const kind = (this.#table[place] ?? 0) - 1;
      if (kind >= 0) {
        if (this.#hashes[kind] !== hash || this.#classes[kind] !== node) continue;
        if (this.#incoming.sameDoors(this.#samples[kind] ?? -1, slot)) return kind;
        continue;
      }
      this.#table[place] = this.#classes.length + 1;
      this.#classes.push(node);
      this.#samples.push(slot);
      this.#hashes.push(hash);
      return this.#classes.length - 1;
    }
  }
}

/** Lines are cut from large blocks: thousands of small buffers cost more than filling them. */
function lineSlab(words: number): () => Line {
  const perBlock = 128;
  let block = new Uint32Array(0);
  let used = perBlock;
  return () => {
    if (used === perBlock) {
      block = new Uint32Array(words * perBlock);
      used = 0;
    }
    used++;
    return block.subarray((used - 1) * words, used * words);
  };
}

function fillLine(
  line: Line,
  egress: { readonly start: number; readonly words: Uint32Array },
  incoming: Incoming,
  slot: number,
): void {
  const { start, words } = egress;
  const { open, doors, offsets, members } = incoming;
  const end = Math.min(line.length, start + words.length);
  for (let word = start; word < end; word++) line[word] = (open[word] ?? 0) & (words[word - start] ?? 0);
  const last = offsets[slot + 1] ?? 0;
  for (let at = offsets[slot] ?? 0; at < last; at++) {
    const { places, masks } = members[doors[at] ?? -1] ?? nowhere;
    for (let i = 0; i < places.length; i++) {
      const word = places[i] ?? 0;
      line[word] = (line[word] ?? 0) | ((masks[i] ?? 0) & (words[word - start] ?? 0));
    }
  }
}

const nowhere = { places: [], masks: [] } as const;

function countLine(line: Line): number {
  let sum = 0;
  for (let word = 0; word < line.length; word++) {
    const bits = line[word] ?? 0;
    if (bits !== 0) sum += countOnes(bits);
  }
  return sum;
}

function describe(
  slots: Int32Array,
  pods: readonly PolicyPod[] | undefined,
  lines: readonly Line[],
  lineOf: Int32Array,
): TruthMatrix {
  const reaches = (row: number, slot: number): boolean => {
    const words = lines[lineOf[row] ?? -1];
    return words !== undefined && hasBit({ start: 0, words }, slot);
  };
  const allowed = (source: number, destination: number): boolean => {
    const from = slots[source] ?? -1;
    const to = slots[destination] ?? -1;
    return from >= 0 && to >= 0 && (from === to || reaches(source, to));
  };
  const countAllowed = (): number => {
    const counts = lines.map(countLine);
    let total = 0;
    slots.forEach((slot, row) => {
      if (slot >= 0) total += (counts[lineOf[row] ?? -1] ?? 0) - (reaches(row, slot) ? 1 : 0);
    });
    return total;
  };
  return { size: slots.length, pods, allowed, countAllowed, lines, lineOf, slots };
}
