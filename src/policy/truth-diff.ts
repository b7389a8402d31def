/** Which flows does a change open or close? Compares two truth tables cell by cell; what is in one only is listed apart. */
import { printPort, type TruthCell, type TruthTable } from './truth-table.ts';

export interface CellChange {
  readonly before: TruthCell;
  readonly after: TruthCell;
}

export interface TruthDiff {
  /** More pairs are allowed than before. */
  readonly opened: readonly CellChange[];
  /** Fewer pairs are allowed than before. */
  readonly closed: readonly CellChange[];
  /** Workloads and flows that exist on one side only. */
  readonly added: readonly TruthCell[];
  readonly removed: readonly TruthCell[];
}

/** Shares are compared, not counts: another number of replicas is no change. */
export function diffTruthTables(before: TruthTable, after: TruthTable): TruthDiff {
  const old = new Map(before.cells.map((cell) => [keyOf(cell), cell]));
  const current = new Map(after.cells.map((cell) => [keyOf(cell), cell]));
  const both = after.cells.flatMap((cell) => {
    const known = old.get(keyOf(cell));
    return known ? [{ before: known, after: cell }] : [];
  });
  return {
    opened: both.filter((change) => share(change.after) > share(change.before)),
    closed: both.filter((change) => share(change.after) < share(change.before)),
    added: after.cells.filter((cell) => !old.has(keyOf(cell))),
    removed: before.cells.filter((cell) => !current.has(keyOf(cell))),
  };
}

function share({ allowed, pairs }: TruthCell): number {
  return allowed / pairs;
}

function keyOf({ source, destination, port }: TruthCell): string {
  return `${source} ${destination} ${printPort(port)}`;
}
