/**
 * Writes Events as client-go's recorder does: equal ones are counted up, floods are thinned out, and what is older than an
 * hour is forgotten.
 */
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import { type KubeEvent, type ObjectMeta, timestamp } from '../../kube/objects.ts';
import { StatusError } from './api/machinery.ts';
import type { Store } from './stores.ts';

export interface EventSubject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

export interface NewEvent {
  readonly about: EventSubject;
  /** The part of the object: `spec.containers{web}`. */
  readonly fieldPath?: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Who speaks: `kubelet` on a host, `deployment-controller`, `default-scheduler`. */
export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

export interface EventRecorder {
  record(source: EventSource, event: NewEvent): void;
}

interface Known {
  readonly name: string;
  readonly namespace: string;
  count: number;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  sinceMs: number;
}

/** client-go/tools/record/events_cache.go: 25 events per source and object at once, then one in five minutes. */
const burst = 25;
const refillMs = 300_000;
/** More than this many different messages of one reason within ten minutes are told as one. */
const similarLimit = 10;
const similarWindowMs = 600_000;
/** The API server's --event-ttl. */
const lifetimeMs = 3_600_000;

export function eventRecorder(events: Store<KubeEvent>, clock: Clock, random: Random): EventRecorder {
  const known = new Map<string, Known>();
  const buckets = new Map<string, Bucket>();
  let lastNanosecond = 0n;
  const similar = new Map<string, { messages: Set<string>; lastMs: number }>();

  /** Names sort in the order of the events, also within one millisecond: clients list them by name. */
  const nextNanosecond = (): bigint => {
    const now = BigInt(Math.floor(clock.now())) * 1_000_000n;
    lastNanosecond = (now > lastNanosecond ? now : lastNanosecond) + BigInt(1 + random.integer(1_000));
    return lastNanosecond;
  };

  const allow = (key: string): boolean => {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: burst, sinceMs: now };
    const refilled = Math.min(burst, bucket.tokens + (now - bucket.sinceMs) / refillMs);
    const allowed = refilled >= 1;
    buckets.set(key, { tokens: allowed ? refilled - 1 : refilled, sinceMs: now });
    return allowed;
  };

  /** The message, or the aggregate's when this is one of too many similar ones. */
  const combine = (key: string, message: string): { message: string; combined: boolean } => {
    const now = clock.now();
    let group = similar.get(key);
    if (!group || now - group.lastMs > similarWindowMs) {
      group = { messages: new Set(), lastMs: now };
      similar.set(key, group);
    }
    group.lastMs = now;
    group.messages.add(message);
    if (group.messages.size < similarLimit) return { message, combined: false };
    return { message: `(combined from similar events): ${message}`, combined: true };
  };

  /** No timer for the hour: whoever writes next sweeps. */
  const forget = (): void => {
    const oldest = clock.now() - lifetimeMs;
    for (const [key, entry] of known) {
      if (entry.lastMs >= oldest) break;
      known.delete(key);
      events.remove(entry.namespace, entry.name);
    }
    if (known.size === 0) {
      buckets.clear();
      similar.clear();
    }
  };

  const count = (key: string, entry: Known, message: string): boolean => {
    const current = events.find(entry.namespace, entry.name);
    known.delete(key);
    if (!current) return false;
    known.set(key, entry);
    entry.count++;
    entry.lastMs = clock.now();
    events.update({ ...current, message, count: entry.count, lastTimestamp: timestamp(clock.now()) });
    return true;
  };

  const write = (source: EventSource, event: NewEvent): void => {
    forget();
    const { about, fieldPath = '', type, reason } = event;
    const { name = '', namespace = 'default', uid = '' } = about.metadata;
    const subject = [source.component, source.host, about.kind, namespace, name, uid].join('/');
    const group = [subject, fieldPath, type, reason].join('/');
    const { message, combined } = combine(group, event.message);
    if (!allow(subject)) return;
    const key = combined ? group : `${group}/${message}`;
    const earlier = known.get(key);
    if (earlier && count(key, earlier, message)) return;
    const eventName = `${name}.${nextNanosecond().toString(16)}`;
    known.set(key, { name: eventName, namespace, count: 1, lastMs: clock.now() });
    events.create(build(source, { ...event, message }, eventName, namespace, clock.now()));
  };

  return {
    record(source, event) {
      try {
        write(source, event);
      } catch (error) {
        // A namespace that is being deleted takes no new events; the real recorder drops them, too.
        if (!(error instanceof StatusError)) throw error;
      }
    },
  };
}

function build(source: EventSource, event: NewEvent, name: string, namespace: string, nowMs: number): KubeEvent {
  const { about, fieldPath, type, reason, message } = event;
  const meta = about.metadata;
  const common = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      ...(about.kind && { kind: about.kind }),
      ...(meta.namespace && { namespace: meta.namespace }),
      ...(meta.name && { name: meta.name }),
      ...(meta.uid && { uid: meta.uid }),
      ...(about.apiVersion && { apiVersion: about.apiVersion }),
      ...(meta.resourceVersion && { resourceVersion: meta.resourceVersion }),
      ...(fieldPath && { fieldPath }),
    },
    reason,
    message,
    type,
    reportingComponent: source.component,
  };
  return {
    ...common,
    source: { component: source.component, ...(source.host && { host: source.host }) },
    firstTimestamp: timestamp(nowMs),
    lastTimestamp: timestamp(nowMs),
    count: 1,
    reportingInstance: source.host ?? '',
  };
}
