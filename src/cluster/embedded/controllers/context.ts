/** What every controller gets, and what it is: something that watches and works until it is stopped. */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { Machinery } from '../api/machinery.ts';
import type { EventRecorder } from '../event-recorder.ts';
import type { Stores } from '../stores.ts';

export interface ControllerContext {
  readonly machinery: Machinery;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventRecorder;
}

/** Stops it: no timer, no subscription, no work is left. */
export type Controller = () => void;

/** `namespace/name`, the key of work queues. */
export function keyOf(object: { metadata: { namespace?: string; name?: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
