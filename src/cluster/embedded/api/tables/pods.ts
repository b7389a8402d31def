/** What does `kubectl get pods` say about a pod? pkg/printers/internalversion/printers.go, printPod. */
import type { ContainerStatus, KubeObject, Pod } from '../../../../kube/objects.ts';
import { age } from './age.ts';
import { ageOf, type Cell, columns, type KindTable, nameCell } from './column.ts';

export const podTable: KindTable = {
  columns: columns('Name*, Ready, Status, Restarts, Age | IP, Node, Nominated Node, Readiness Gates'),
  cells(object, nowMs) {
    const pod = object as unknown as Pod;
    const summary = summarise(pod);
    return [
      nameCell(object),
      `${summary.ready}/${summary.total}`,
      statusText(pod, summary.reason),
      restartsText(summary, nowMs),
      ageOf(object, nowMs),
      ...wideCells(pod),
    ];
  },
};

interface Summary {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  lastRestart: string;
}

function summarise(pod: Pod): Summary {
  const { spec, status } = pod;
  const sidecars = new Set((spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const gated = status?.conditions?.find((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated');
  const summary: Summary = {
    ready: 0,
    total: (spec?.containers.length ?? 0) + sidecars.size,
    reason: gated?.reason ?? (status?.reason || (status?.phase ?? '')),
    restarts: 0,
    lastRestart: '',
  };
  const ofSidecars = { restarts: 0, lastRestart: '' };
  const initializing = countInit(pod, sidecars, summary, ofSidecars);
  const initialized = status?.conditions?.some((c) => c.type === 'Initialized' && c.status === 'True');
  if (initializing && !initialized) return summary;
  summary.restarts = ofSidecars.restarts;
  summary.lastRestart = ofSidecars.lastRestart;
  countContainers(pod, summary);
  return summary;
}

/** True while an init container is what the pod waits for. */
function countInit(
  pod: Pod,
  sidecars: ReadonlySet<string>,
  summary: Summary,
  ofSidecars: Pick<Summary, 'restarts' | 'lastRestart'>,
): boolean {
  const total = pod.spec?.initContainers?.length ?? 0;
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    addRestarts(summary, status);
    const isSidecar = sidecars.has(status.name);
    if (isSidecar) addRestarts(ofSidecars, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && status.started) {
      if (status.ready) summary.ready++;
      continue;
    }
    if (terminated) summary.reason = `Init:${endText(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.reason = `Init:${waiting.reason}`;
    else summary.reason = `Init:${index}/${total}`;
    return true;
  }
  return false;
}

/** Backwards, so that the first container's trouble is the one that shows. */
function countContainers(pod: Pod, summary: Summary): void {
  let running = false;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(summary, status);
    const { waiting, terminated } = status.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated) summary.reason = endText(terminated);
    else if (status.ready && status.state?.running) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.reason !== 'Completed' || !running) return;
  const ready = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
  summary.reason = ready ? 'Running' : 'NotReady';
}

function addRestarts(sum: Pick<Summary, 'restarts' | 'lastRestart'>, status: ContainerStatus): void {
  sum.restarts += status.restartCount ?? 0;
  const finished = status.lastState?.terminated?.finishedAt ?? '';
  if (finished > sum.lastRestart) sum.lastRestart = finished;
}

function endText(terminated: { reason?: string; signal?: number; exitCode: number }): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

function statusText(pod: Pod, reason: string): string {
  if (!pod.metadata.deletionTimestamp) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return over ? reason : 'Terminating';
}

function restartsText(summary: Summary, nowMs: number): string {
  const { restarts, lastRestart } = summary;
  return restarts === 0 || lastRestart === '' ? String(restarts) : `${restarts} (${age(lastRestart, nowMs)} ago)`;
}

function wideCells({ spec, status }: Pod): readonly Cell[] {
  const gates = spec?.readinessGates ?? [];
  const open = gates.filter((gate) =>
    status?.conditions?.some((c) => c.type === gate.conditionType && c.status === 'True'),
  );
  return [
    status?.podIPs?.[0]?.ip || '<none>',
    spec?.nodeName || '<none>',
    status?.nominatedNodeName || '<none>',
    gates.length === 0 ? '<none>' : `${open.length}/${gates.length}`,
  ];
}

/** Names and images of a template's containers, comma-separated, for the wide columns of its owners. */
export function containerCells(object: KubeObject): readonly [names: string, images: string] {
  const spec = object['spec'] as
    | { template?: { spec?: { containers?: readonly { name: string; image?: string }[] } } }
    | undefined;
  const containers = spec?.template?.spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image = '' }) => image).join(',')];
}
