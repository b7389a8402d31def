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
  return new CountingRecorder(events, clock, random);
}

class CountingRecorder implements EventRecorder {
  readonly #events: Store<KubeEvent>;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Least recently seen first. */
  readonly #known = new Map<string, Known>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #similar = new Map<string, { messages: Set<string>; lastMs: number }>();
  #lastNanosecond = 0n;

  constructor(events: Store<KubeEvent>, clock: Clock, random: Random) {
    this.#events = events;
    this.#clock = clock;
    this.#random = random;
  }

  record(source: EventSource, event: NewEvent): void {
    try {
      this.#write(source, event);
    } catch (error) {
      // A namespace that is being deleted takes no new events; the real recorder drops them, too.
      if (!(error instanceof StatusError)) throw error;
    }
  }

  #write(source: EventSource, event: NewEvent): void {
    this.#forget();
    const { about, fieldPath = '', type, reason } = event;
    const { name = '', namespace = 'default', uid = '' } = about.metadata;
    const subject = [source.component, source.host, about.kind, namespace, name, uid].join('/');
    const group = [subject, fieldPath, type, reason].join('/');
    const { message, combined } = this.#combine(group, event.message);
    if (!this.#allow(subject)) return;
    const key = combined ? group : `${group}/${message}`;
    const earlier = this.#known.get(key);
    if (earlier && this.#count(key, earlier, message)) return;
    const now = this.#clock.now();
    const eventName = `${name}.${this.#nextNanosecond().toString(16)}`;
    this.#known.set(key, { name: eventName, namespace, count: 1, lastMs: now });
    this.#events.create(build(source, { ...event, message }, eventName, namespace, now));
  }

  /** False when somebody has deleted the event meanwhile. */
  #count(key: string, entry: Known, message: string): boolean {
    const current = this.#events.find(entry.namespace, entry.name);
    this.#known.delete(key);
    if (!current) return false;
    this.#known.set(key, entry);
    entry.count++;
    entry.lastMs = this.#clock.now();
    this.#events.update({ ...current, message, count: entry.count, lastTimestamp: timestamp(entry.lastMs) });
    return true;
  }

  /** Names sort in the order of the events, also within one millisecond: clients list them by name. */
  #nextNanosecond(): bigint {
    const now = BigInt(Math.floor(this.#clock.now())) * 1_000_000n;
    const base = now > this.#lastNanosecond ? now : this.#lastNanosecond;
    this.#lastNanosecond = base + BigInt(1 + this.#random.integer(1_000));
    return this.#lastNanosecond;
  }

  #allow(subject: string): boolean {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(subject) ?? { tokens: burst, sinceMs: now };
    const refilled = Math.min(burst, bucket.tokens + (now - bucket.sinceMs) / refillMs);
    const allowed = refilled >= 1;
    this.#buckets.set(subject, { tokens: allowed ? refilled - 1 : refilled, sinceMs: now });
    return allowed;
  }

  /** The message, or the aggregate's when this is one of too many similar ones. */
  #combine(group: string, message: string): { message: string; combined: boolean } {
    const now = this.#clock.now();
    let seen = this.#similar.get(group);
    if (!seen || now - seen.lastMs > similarWindowMs) {
      seen = { messages: new Set(), lastMs: now };
      this.#similar.set(group, seen);
    }
    seen.lastMs = now;
    seen.messages.add(message);
    if (seen.messages.size < similarLimit) return { message, combined: false };
    return { message: `(combined from similar events): ${message}`, combined: true };
  }

  /** No timer for the hour: whoever writes next sweeps. */
  #forget(): void {
    const oldest = this.#clock.now() - lifetimeMs;
    for (const [key, entry] of this.#known) {
      if (entry.lastMs >= oldest) break;
      this.#known.delete(key);
      this.#events.remove(entry.namespace, entry.name);
    }
    if (this.#known.size > 0) return;
    this.#buckets.clear();
    this.#similar.clear();
  }
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
