/** What a workload reports, and the small arithmetic that all of them share. */

export const workloadNames = [
  'W1',
  'W2-100',
  'W2-300',
  'W2-1000',
  'W2-5000',
  'W2-10000',
  'W3',
  'W5',
  'up',
  'first-probe',
  'idle',
  'kubectl',
] as const;

export type WorkloadName = (typeof workloadNames)[number];

export interface WorkloadResult {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  /** Against what the design allows; below 1 is within. */
  readonly budgets?: readonly Budget[];
  /** Why a figure is missing. */
  readonly skipped?: string;
  /** How it ended instead; its own message is on stderr. */
  readonly failed?: string;
  /** Of the answer, see bench-hash.ts. */
  readonly hash?: string;
  readonly confirmed?: { readonly samples: number; readonly mismatches: number };
}

export interface Budget {
  /** A name among the figures. */
  readonly figure: string;
  readonly allowed: number;
  readonly ratio: number;
}

export function budget(figures: Readonly<Record<string, number>>, figure: string, allowed: number): Budget {
  return { figure, allowed, ratio: round((figures[figure] ?? Number.NaN) / allowed) };
}

/** `nameFirstMs`, `nameMedianMs` and `nameBestMs` of several runs, in order. */
export function spread(name: string, timesMs: readonly number[]): Record<string, number> {
  return {
    [`${name}FirstMs`]: round(timesMs[0] ?? 0),
    [`${name}MedianMs`]: quantile(timesMs, 0.5),
    [`${name}BestMs`]: quantile(timesMs, 0),
  };
}

export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return round(sum / values.length);
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Milliseconds of processor time of this process, Node's helper threads (compiler, garbage collector) included. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
