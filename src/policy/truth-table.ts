/**
 * Who may reach whom, on which port: the verdicts of a whole cluster as a table of workloads. Cells count pairs of pods, so
 * that "one replica of three" shows.
 */
import { createCompiledEngine } from './compiled/engine.ts';
import type { TruthMatrix } from './compiled/truth-matrix.ts';
import type { PolicySnapshot, Protocol } from './model.ts';
import { withoutCidrs } from './without-cidrs.ts';

export interface TablePort {
  readonly port: number;
  readonly protocol: Protocol;
}

export interface TruthCell {
  readonly source: string;
  readonly destination: string;
  readonly port: TablePort;
  /** Pairs of pods, a pod with itself left out. Never 0. */
  readonly pairs: number;
  readonly allowed: number;
}

export interface TruthTable {
  /** Sorted; outside addresses last. */
  readonly ends: readonly string[];
  /** By source, destination and port, in the order of `ends`. */
  readonly cells: readonly TruthCell[];
}

export interface TruthTableOptions {
  /** Asked of every destination; default: what each destination declares, or 80/TCP where it declares nothing. */
  readonly ports?: readonly TablePort[];
  /** Addresses that are no pods, as rows and columns of their own. */
  readonly outside?: readonly string[];
}

interface End {
  readonly name: string;
  /** Rows of the matrix. */
  readonly rows: readonly number[];
  readonly ports: readonly TablePort[];
  readonly isOutside: boolean;
}

const fallbackPort: TablePort = { port: 80, protocol: 'TCP' };

/** `owners` by `namespace/pod`; a pod without an owner is its own. */
export function buildTruthTable(
  snapshot: PolicySnapshot,
  owners: ReadonlyMap<string, string>,
  { ports, outside = [] }: TruthTableOptions = {},
): TruthTable {
  const matrixOf = judgeAsPlugin(snapshot);
  const addresses = [...snapshot.pods.map(({ ips }) => ips[0] ?? ''), ...outside];
  const ends = gatherEnds(snapshot, owners, outside, ports);
  const cells: TruthCell[] = [];
  for (const port of distinctPorts(ends)) {
    const asked = ends.filter((end) => end.ports.some((candidate) => isSame(candidate, port)));
    const matrix = matrixOf(port, addresses);
    for (const source of ends) {
      for (const destination of asked) {
        if (source.isOutside && destination.isOutside) continue;
        const inside = !source.isOutside && !destination.isOutside;
        const cell = countPairs(inside ? matrix.inside : matrix.beyond, source, destination);
        if (cell.pairs > 0) cells.push({ source: source.name, destination: destination.name, port, ...cell });
      }
    }
  }
  const place = new Map(ends.map(({ name }, index) => [name, index]));
  const rank = ({ source, destination }: TruthCell): number =>
    (place.get(source) ?? 0) * ends.length + (place.get(destination) ?? 0);
  cells.sort((a, b) => rank(a) - rank(b) || comparePorts(a.port, b.port));
  return { ends: ends.map(({ name }) => name), cells };
}

interface Matrices {
  /** Between pods. */
  readonly inside: TruthMatrix;
  /** To and from addresses that are no pods. */
  readonly beyond: TruthMatrix;
}

/** Where CIDR rules do not reach into the cluster, flows between pods are judged without them. */
function judgeAsPlugin(snapshot: PolicySnapshot): (port: TablePort, addresses: readonly string[]) => Matrices {
  const { plugin, policies } = snapshot;
  const read = plugin?.enforces === false ? { ...snapshot, policies: [] } : snapshot;
  const everywhere = createCompiledEngine(read);
  const between =
    plugin?.ipBlocksHoldPods === false
      ? createCompiledEngine({ ...read, policies: policies.map(withoutCidrs) })
      : everywhere;
  return (port, addresses) => {
    const beyond = everywhere.addressMatrix(port, addresses);
    return { beyond, inside: between === everywhere ? beyond : between.addressMatrix(port, addresses) };
  };
}

function gatherEnds(
  { pods }: PolicySnapshot,
  owners: ReadonlyMap<string, string>,
  outside: readonly string[],
  asked: readonly TablePort[] | undefined,
): readonly End[] {
  const groups = new Map<string, { rows: number[]; ports: TablePort[] }>();
  pods.forEach(({ namespace, name, ports }, row) => {
    const owner = owners.get(`${namespace}/${name}`) ?? `${namespace}/${name}`;
    const group = groups.get(owner) ?? { rows: [], ports: [] };
    groups.set(owner, group);
    group.rows.push(row);
    for (const port of ports) if (!group.ports.some((known) => isSame(known, port))) group.ports.push(port);
  });
  const inside = [...groups].map(([name, { rows, ports }]): End => {
    const declared = ports.length > 0 ? [...ports].sort(comparePorts) : [fallbackPort];
    return { name, rows, ports: asked ?? declared, isOutside: false };
  });
  inside.sort((a, b) => (a.name < b.name ? -1 : 1));
  const beyond = outside.map(
    (name, index): End => ({ name, rows: [pods.length + index], ports: asked ?? [fallbackPort], isOutside: true }),
  );
  return [...inside, ...beyond];
}

/** Sources of one line reach the same pods, so each line is read once for all of them. */
function countPairs(
  { lines, lineOf, slots }: TruthMatrix,
  source: End,
  destination: End,
): { pairs: number; allowed: number } {
  const byLine = new Map<number, number>();
  for (const row of source.rows) {
    const line = lineOf[row] ?? -1;
    byLine.set(line, (byLine.get(line) ?? 0) + 1);
  }
  let allowed = 0;
  for (const [line, sources] of byLine) {
    for (const row of destination.rows) if (reaches(lines[line], slots[row] ?? -1)) allowed += sources;
  }
  let pairs = source.rows.length * destination.rows.length;
  if (source === destination) {
    pairs -= source.rows.length;
    for (const row of source.rows) if (reaches(lines[lineOf[row] ?? -1], slots[row] ?? -1)) allowed--;
  }
  return { pairs, allowed };
}

function reaches(line: Uint32Array | undefined, slot: number): boolean {
  return line !== undefined && slot >= 0 && (((line[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;
}

function distinctPorts(ends: readonly End[]): readonly TablePort[] {
  const found = new Map<string, TablePort>();
  for (const { ports } of ends)
    for (const { port, protocol } of ports) found.set(printPort({ port, protocol }), { port, protocol });
  return [...found.values()].sort(comparePorts);
}

/** `8080/TCP` */
export function printPort({ port, protocol }: TablePort): string {
  return `${port}/${protocol}`;
}

function isSame(a: TablePort, b: TablePort): boolean {
  return a.port === b.port && a.protocol === b.protocol;
}

function comparePorts(a: TablePort, b: TablePort): number {
  if (a.port !== b.port) return a.port - b.port;
  return a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0;
}
