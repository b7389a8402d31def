/** How do workloads look in a table? Deployments, ReplicaSets, DaemonSets, StatefulSets, Jobs, CronJobs, autoscalers, budgets. */
import type { KubeObject, LabelSelector } from '../../../../kube/objects.ts';
import { formatSelector } from '../../../../kube/selectors.ts';
import { age, humanDuration } from './age.ts';
import { ageOf, columns, formatMap, type KindTable, nameCell } from './column.ts';
import { containerCells } from './pods.ts';

type Raw = Readonly<Record<string, unknown>>;

const specOf = (object: KubeObject): Raw => (object['spec'] ?? {}) as Raw;
const statusOf = (object: KubeObject): Raw => (object['status'] ?? {}) as Raw;
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
const selectorCell = (object: KubeObject): string =>
  formatSelector(specOf(object)['selector'] as LabelSelector | undefined);

export const deploymentTable: KindTable = {
  columns: columns('Name*, Ready, Up-to-date, Available, Age | Containers, Images, Selector'),
  cells(object, nowMs) {
    const status = statusOf(object);
    return [
      nameCell(object),
      `${count(status['readyReplicas'])}/${count(specOf(object)['replicas'])}`,
      count(status['updatedReplicas']),
      count(status['availableReplicas']),
      ageOf(object, nowMs),
      ...containerCells(object),
      selectorCell(object),
    ];
  },
};

export const replicaSetTable: KindTable = {
  columns: columns('Name*, Desired:integer, Current:integer, Ready:integer, Age | Containers, Images, Selector'),
  cells: (object, nowMs) => [
    ...replicaCells(object),
    ageOf(object, nowMs),
    ...containerCells(object),
    selectorCell(object),
  ],
};

/** The selector is a plain map. */
export const replicationControllerTable: KindTable = {
  columns: replicaSetTable.columns,
  cells: (object, nowMs) => [
    ...replicaCells(object),
    ageOf(object, nowMs),
    ...containerCells(object),
    formatMap(specOf(object)['selector'] as Raw | undefined),
  ],
};

function replicaCells(object: KubeObject): [string, number, number, number] {
  const status = statusOf(object);
  return [
    nameCell(object),
    count(specOf(object)['replicas']),
    count(status['replicas']),
    count(status['readyReplicas']),
  ];
}

export const daemonSetTable: KindTable = {
  columns: columns(
    'Name*, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, Node Selector, Age | Containers, Images, Selector',
  ),
  cells(object, nowMs) {
    const status = statusOf(object);
    const template = specOf(object)['template'] as { spec?: { nodeSelector?: Raw } } | undefined;
    return [
      nameCell(object),
      count(status['desiredNumberScheduled']),
      count(status['currentNumberScheduled']),
      count(status['numberReady']),
      count(status['updatedNumberScheduled']),
      count(status['numberAvailable']),
      formatMap(template?.spec?.nodeSelector),
      ageOf(object, nowMs),
      ...containerCells(object),
      selectorCell(object),
    ];
  },
};

export const statefulSetTable: KindTable = {
  columns: columns('Name*, Ready, Age | Containers, Images'),
  cells: (object, nowMs) => [
    nameCell(object),
    `${count(statusOf(object)['readyReplicas'])}/${count(specOf(object)['replicas'])}`,
    ageOf(object, nowMs),
    ...containerCells(object),
  ],
};

export const jobTable: KindTable = {
  columns: columns('Name*, Status, Completions, Duration, Age | Containers, Images, Selector'),
  cells: (object, nowMs) => [
    nameCell(object),
    jobStatus(object),
    completions(object),
    jobDuration(object, nowMs),
    ageOf(object, nowMs),
    ...containerCells(object),
    selectorCell(object),
  ],
};

function jobStatus(object: KubeObject): string {
  const conditions = (statusOf(object)['conditions'] ?? []) as readonly { type: string; status: string }[];
  const has = (type: string): boolean => conditions.some((c) => c.type === type && c.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions(object: KubeObject): string {
  const spec = specOf(object);
  const succeeded = count(statusOf(object)['succeeded']);
  if (spec['completions'] !== undefined) return `${succeeded}/${String(spec['completions'])}`;
  const parallelism = count(spec['parallelism']);
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(object: KubeObject, nowMs: number): string {
  const { startTime, completionTime } = statusOf(object);
  if (typeof startTime !== 'string') return '';
  const end = typeof completionTime === 'string' ? Date.parse(completionTime) : nowMs;
  return humanDuration(end - Date.parse(startTime));
}

export const cronJobTable: KindTable = {
  columns: columns(
    'Name*, Schedule, Timezone, Suspend:boolean, Active:integer, Last Schedule, Age | Containers, Images, Selector',
  ),
  cells(object, nowMs) {
    const spec = specOf(object);
    const status = statusOf(object);
    const active = status['active'];
    const last = status['lastScheduleTime'];
    return [
      nameCell(object),
      String(spec['schedule'] ?? ''),
      String(spec['timeZone'] ?? '<none>'),
      spec['suspend'] === true ? 'True' : 'False',
      Array.isArray(active) ? active.length : 0,
      last === undefined ? '<none>' : age(last, nowMs),
      ageOf(object, nowMs),
      ...containerCells({ metadata: {}, spec: (spec['jobTemplate'] as Raw | undefined)?.['spec'] }),
      jobTemplateSelector(spec),
    ];
  },
};

function jobTemplateSelector(spec: Raw): string {
  const template = spec['jobTemplate'] as { spec?: { selector?: LabelSelector } } | undefined;
  return formatSelector(template?.spec?.selector);
}

export const budgetTable: KindTable = {
  columns: columns('Name*, Min Available, Max Unavailable, Allowed Disruptions:integer, Age'),
  cells: (object, nowMs) => [
    nameCell(object),
    String(specOf(object)['minAvailable'] ?? 'N/A'),
    String(specOf(object)['maxUnavailable'] ?? 'N/A'),
    count(statusOf(object)['disruptionsAllowed']),
    ageOf(object, nowMs),
  ],
};
