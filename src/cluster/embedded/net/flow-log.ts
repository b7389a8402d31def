/**
 * What the network saw: one record per first packet, with the verdict and the rule that decided it. A ring, so that a
 * cluster that runs for a week does not grow.
 */
import { type EventBus, eventBus } from '../../../kit/event-bus.ts';
import type { Protocol, Verdict } from '../../../policy/model.ts';

export interface FlowEnd {
  readonly ip: string;
  /** Of the destination for its end, ephemeral for the source; 0 for ICMP. */
  readonly port: number;
  readonly kind: 'pod' | 'node' | 'outside' | 'unknown';
  readonly namespace?: string;
  /** Pod, node, or outside host. */
  readonly name?: string;
}

/** Under which the API serves the log; not in discovery, since no real cluster has it. */
export const flowResource = {
  group: 'flows.netpol-lab.dev',
  version: 'v1',
  resource: 'flows',
  kind: 'Flow',
  namespaced: false,
} as const;

export const flowOutcomes = [
  'forwarded',
  /** Dropped by policy. */
  'dropped',
  /** Answered with ICMP by policy (kube-router). */
  'rejected',
  /** Reached the host, where nobody listens. */
  'refused',
  /** Service without endpoints: kube-proxy answers for it. */
  'no-endpoints',
  /** Nobody there to answer: unused addresses, unused ports of a ClusterIP, a firewall outside. */
  'lost',
] as const;

export type FlowOutcome = (typeof flowOutcomes)[number];

export function isFlowOutcome(text: string): text is FlowOutcome {
  return (flowOutcomes as readonly string[]).includes(text);
}

export interface FlowRecord {
  readonly sequence: number;
  readonly atMs: number;
  readonly protocol: Protocol;
  readonly source: FlowEnd;
  /** As policy saw it, after DNAT. */
  readonly destination: FlowEnd;
  /** Where the source wanted to go, if a Service rewrote it. */
  readonly service?: { readonly namespace: string; readonly name: string; readonly ip: string; readonly port: number };
  readonly outcome: FlowOutcome;
  /** Absent where no policy was asked. */
  readonly verdict?: Verdict;
  /** For people, where the outcome is not policy's doing: 'outside firewall', 'no such port on the Service' … */
  readonly note?: string;
}

export interface FlowQuery {
  /** Of either end. */
  readonly namespace?: string;
  /** Of either end: `name`, or `namespace/name`. */
  readonly pod?: string;
  readonly outcome?: FlowOutcome;
  readonly sinceMs?: number;
  /** The newest so many. */
  readonly last?: number;
}

export interface FlowLog {
  /** Oldest first. */
  list(query?: FlowQuery): readonly FlowRecord[];
  subscribe(listener: (flow: FlowRecord) => void): () => void;
}

export interface WritableFlowLog extends FlowLog {
  add(flow: Omit<FlowRecord, 'sequence'>): void;
}

const capacity = 4096;

export function createFlowLog(): WritableFlowLog {
  const bus: EventBus<FlowRecord> = eventBus();
  let records: FlowRecord[] = [];
  let sequence = 0;
  return {
    add(flow) {
      const record = { sequence: ++sequence, ...flow };
      records.push(record);
      if (records.length >= 2 * capacity) records = records.slice(-capacity);
      bus.emit(record);
    },
    list(query = {}) {
      const found = records.filter((record) => matches(record, query));
      return found.slice(Math.max(0, found.length - Math.min(query.last ?? capacity, capacity)));
    },
    subscribe: bus.subscribe,
  };
}

export function matches(record: FlowRecord, query: FlowQuery): boolean {
  const ends = [record.source, record.destination];
  if (query.namespace !== undefined && !ends.some((end) => end.namespace === query.namespace)) return false;
  if (query.pod !== undefined && !ends.some((end) => isPod(end, query.pod))) return false;
  if (query.outcome !== undefined && record.outcome !== query.outcome) return false;
  return query.sinceMs === undefined || record.atMs >= query.sinceMs;
}

function isPod({ kind, namespace, name }: FlowEnd, wanted: string | undefined): boolean {
  return kind === 'pod' && (name === wanted || `${namespace}/${name}` === wanted);
}
