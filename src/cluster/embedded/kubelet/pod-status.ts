/** The status that the kubelet writes for a pod: pure, from what it remembers of the pod's sandbox and containers. */
import type { ContainerStatus, Pod } from '../../../kube/objects.ts';
import { timestamp } from '../../../kube/objects.ts';
import { conditionsOf } from './conditions.ts';
import { type ContainerRecord, type ContainerState, specOf } from './container-record.ts';
import { type Phase, phaseOf } from './phase.ts';

export type PodStatus = NonNullable<Pod['status']>;

export interface PodFacts {
  readonly records: readonly ContainerRecord[];
  /** Empty before there is a sandbox; kept after it is gone. */
  readonly ips: readonly string[];
  readonly sandboxReady: boolean;
  readonly hostIp: string;
  readonly startMs: number;
  readonly qosClass: string;
  /** Set when the kubelet has decided the end: a deadline, an eviction, all containers stopped on demand. */
  readonly verdict?: { readonly phase: Phase; readonly reason?: string; readonly message?: string } | undefined;
}

export function statusOf(pod: Pod, facts: PodFacts, nowMs: number): PodStatus {
  const { records, ips, hostIp } = facts;
  const coming = facts.verdict?.phase ?? phaseOf(pod, records);
  const before = pod.status ?? {};
  // mergePodStatus: nothing is over as long as a container may run; only the conditions know already.
  const verdict = records.some((record) => record.instance) ? undefined : facts.verdict;
  const phase = verdict?.phase ?? phaseOf(pod, records);
  const init = records.filter((record) => record.role === 'init' || record.role === 'sidecar');
  const apps = records.filter((record) => record.role === 'app');
  const ephemeral = records.filter((record) => record.role === 'ephemeral');
  const of = (list: readonly ContainerRecord[]) => list.map((record) => containerStatusOf(pod, record));
  return {
    ...(before.nominatedNodeName && { nominatedNodeName: before.nominatedNodeName }),
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: conditionsOf(pod, records, coming, facts.sandboxReady, nowMs),
    ...(verdict?.message && { message: verdict.message }),
    ...(verdict?.reason && { reason: verdict.reason }),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(ips[0] && { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    startTime: timestamp(facts.startMs),
    ...(init.length > 0 && { initContainerStatuses: of(init) }),
    containerStatuses: of(apps),
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: of(ephemeral) }),
    qosClass: facts.qosClass,
  } as unknown as PodStatus;
}

function containerStatusOf(pod: Pod, record: ContainerRecord): ContainerStatus {
  const spec = specOf(pod, record);
  const { state } = record;
  const seen = state.kind === 'waiting' ? record.last : state;
  const created = record.created > 0 && seen !== undefined;
  const mounts = (spec?.volumeMounts ?? []).map((mount) => ({
    mountPath: mount.mountPath,
    name: mount.name,
    ...(mount.readOnly && { readOnly: true, recursiveReadOnly: 'Disabled' }),
  }));
  const { requests } = spec?.resources ?? {};
  return {
    ...(requests && created && { allocatedResources: requests }),
    ...(seen && { containerID: `containerd://${seen.id}` }),
    image: created ? qualifiedImage(spec?.image ?? '') : (spec?.image ?? ''),
    imageID: created ? record.imageId : '',
    lastState: record.last ? stateOf(record.last) : {},
    name: record.name,
    ready: isShownReady(record),
    ...(created && record.role !== 'ephemeral' && { resources: spec?.resources ?? {} }),
    restartCount: record.restartCount,
    ...(record.role !== 'ephemeral' && { started: state.kind === 'running' && record.started }),
    state: stateOf(state),
    ...(created && { user: { linux: userOf(pod, spec) } }),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
  } as unknown as ContainerStatus;
}

/** An init container that has done its work counts as ready. */
function isShownReady(record: ContainerRecord): boolean {
  if (record.role === 'init') return record.state.kind === 'terminated' && record.state.exitCode === 0;
  if (record.role === 'ephemeral') return false;
  return record.ready;
}

function stateOf(state: ContainerState): Record<string, unknown> {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { ...(state.message && { message: state.message }), reason: state.reason } };
    case 'running':
      return { running: { startedAt: timestamp(state.startedMs) } };
    case 'terminated':
      return {
        terminated: {
          containerID: `containerd://${state.id}`,
          exitCode: state.exitCode,
          finishedAt: timestamp(state.finishedMs),
          ...(state.message && { message: state.message }),
          reason: state.reason,
          startedAt: timestamp(state.startedMs),
        },
      };
  }
}

function userOf(pod: Pod, spec: ReturnType<typeof specOf>): Record<string, unknown> {
  const context = { ...pod.spec?.securityContext, ...spec?.securityContext };
  const uid = context.runAsUser ?? 0;
  const gid = context.runAsGroup ?? 0;
  const extra = pod.spec?.securityContext;
  const groups = [gid, ...(extra?.fsGroup === undefined ? [] : [extra.fsGroup]), ...(extra?.supplementalGroups ?? [])];
  return { gid, supplementalGroups: [...new Set(groups)], uid };
}

/** containerd reports images with their registry: `docker.io/library/nginx:1.27`. */
export function qualifiedImage(reference: string): string {
  const tagged = /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
  const [first = '', ...rest] = tagged.split('/');
  if (rest.length === 0) return `docker.io/library/${tagged}`;
  return /[.:]/.test(first) || first === 'localhost' ? tagged : `docker.io/${tagged}`;
}
