/** The Events section of describe, and which events belong to an object. */
import type { KubeEvent, KubeObject } from '../../kube/objects.ts';
import { ageOf } from '../print/duration.ts';
import type { Session } from '../session.ts';
import type { DescribeWriter } from './writer.ts';

const eventType = { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true } as const;

export async function eventsOf(session: Session, object: KubeObject): Promise<KubeEvent[]> {
  const { name = '', namespace = '', uid = '' } = object.metadata;
  const isNode = object.kind === 'Node';
  const terms = [
    `involvedObject.name=${name}`,
    ...(namespace ? [`involvedObject.namespace=${namespace}`] : []),
    ...(object.kind === 'Pod' || !object.kind ? [] : [`involvedObject.kind=${object.kind}`]),
    ...(isNode ? [] : [`involvedObject.uid=${uid}`]),
  ];
  const events = await session.list<KubeEvent>(eventType, namespace || undefined, {
    fieldSelector: terms.join(','),
    limit: '500',
  });
  return sortEvents(events);
}

function lastSeen(event: KubeEvent): string {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? '';
}

export function sortEvents(events: readonly KubeEvent[]): KubeEvent[] {
  return [...events].sort((a, b) => Date.parse(lastSeen(a)) - Date.parse(lastSeen(b)) || 0);
}

export function writeEvents(w: DescribeWriter, events: readonly KubeEvent[], nowMs: number): void {
  if (events.length === 0) {
    w.line(0, 'Events:\t<none>');
    return;
  }
  w.line(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage');
  w.line(1, '----\t------\t----\t----\t-------');
  for (const event of events) {
    const from = event.source?.component || event.reportingComponent || '';
    const path = event.involvedObject?.fieldPath ? `${event.involvedObject.fieldPath}: ` : '';
    w.line(
      1,
      `${event.type}\t${event.reason}\t${eventAge(event, nowMs)}\t${from}\t${path}${(event.message ?? '').trim()}`,
    );
  }
}

/** `12s`, or `2s (x3 over 9s)` for a repeated event. */
export function eventAge(event: KubeEvent, nowMs: number): string {
  const first = ageOf(event.eventTime ?? event.firstTimestamp, nowMs);
  if (event.series) return `${ageOf(event.series.lastObservedTime, nowMs)} (x${event.series.count} over ${first})`;
  if ((event.count ?? 0) > 1) return `${ageOf(event.lastTimestamp, nowMs)} (x${event.count} over ${first})`;
  return first;
}
