/** How do nodes, namespaces, events and what belongs to the cluster as a whole look in a table? */
import type { KubeEvent, KubeObject, Node } from '../../../../kube/objects.ts';
import { age } from './age.ts';
import { ageOf, columns, type KindTable, nameCell } from './column.ts';

export const nodeTable: KindTable = {
  columns: columns(
    'Name*, Status, Roles, Age, Version | Internal-IP, External-IP, OS-Image, Kernel-Version, Container-Runtime',
  ),
  cells(object, nowMs) {
    const node = object as unknown as Node;
    const info = node.status?.nodeInfo;
    const address = (type: string): string => node.status?.addresses?.find((a) => a.type === type)?.address ?? '<none>';
    return [
      nameCell(object),
      nodeStatus(node),
      nodeRoles(node),
      ageOf(object, nowMs),
      info?.kubeletVersion ?? '',
      address('InternalIP'),
      address('ExternalIP'),
      info?.osImage || '<unknown>',
      info?.kernelVersion ? `${info.kernelVersion} (${info.architecture})` : '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
};

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function nodeRoles(node: Node): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(prefix) && key.length > prefix.length) roles.add(key.slice(prefix.length));
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return [...roles].sort().join(',') || '<none>';
}

export const namespaceTable: KindTable = {
  columns: columns('Name*, Status, Age'),
  cells: (object, nowMs) => {
    const status = object['status'] as { phase?: string } | undefined;
    return [nameCell(object), status?.phase ?? '', ageOf(object, nowMs)];
  },
};

export const eventTable: KindTable = {
  columns: columns(
    'Last Seen, Type, Reason, Object, (Subobject), (Source), Message, (First Seen), (Count:integer), (Name*)',
  ),
  cells(object, nowMs) {
    const event = object as unknown as KubeEvent;
    const { involvedObject, series } = event;
    const first = age(event.firstTimestamp ?? event.eventTime, nowMs);
    const last = event.lastTimestamp ? age(event.lastTimestamp, nowMs) : first;
    const kind = (involvedObject.kind ?? '').toLowerCase();
    return [
      series ? age(series.lastObservedTime, nowMs) : last,
      event.type ?? '',
      event.reason ?? '',
      involvedObject.name ? `${kind}/${involvedObject.name}` : kind,
      involvedObject.fieldPath ?? '',
      eventSource(event),
      (event.message ?? '').trim(),
      first,
      series?.count ?? (event.count || 1),
      nameCell(object),
    ];
  },
};

function eventSource(event: KubeEvent): string {
  const component = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance || '';
  return host === '' ? component : `${component}, ${host}`;
}

export const leaseTable: KindTable = {
  columns: columns('Name*, Holder, Age'),
  cells: (object, nowMs) => {
    const spec = object['spec'] as { holderIdentity?: string } | undefined;
    return [nameCell(object), spec?.holderIdentity ?? '', ageOf(object, nowMs)];
  },
};

export const priorityClassTable: KindTable = {
  columns: columns('Name*, Value:integer, Global-Default:boolean, Age, PreemptionPolicy'),
  cells: (object, nowMs) => [
    nameCell(object),
    Number(object['value'] ?? 0),
    object['globalDefault'] === true,
    ageOf(object, nowMs),
    String(object['preemptionPolicy'] ?? 'PreemptLowerPriority'),
  ],
};

export const componentStatusTable: KindTable = {
  columns: columns('Name*, Status, Message, Error'),
  cells(object: KubeObject) {
    const conditions = object['conditions'] as readonly {
      type: string;
      status: string;
      message?: string;
      error?: string;
    }[];
    const health = conditions?.find(({ type }) => type === 'Healthy');
    const text = health?.status === 'True' ? 'Healthy' : health?.status === 'False' ? 'Unhealthy' : 'Unknown';
    return [nameCell(object), text, health?.message ?? '', health?.error ?? ''];
  },
};
