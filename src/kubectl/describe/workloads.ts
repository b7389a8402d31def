/** describe for Deployments, ReplicaSets, DaemonSets, StatefulSets, Jobs and CronJobs. */
import type {
  DaemonSet,
  Deployment,
  Job,
  KubeEvent,
  KubeObject,
  Pod,
  PodTemplateSpec,
  ReplicaSet,
  StatefulSet,
} from '../../kube/objects.ts';
import { formatSelector } from '../../kube/selectors.ts';
import { equalJson } from '../merge/equal.ts';
import { humanDuration, rfc1123 } from '../print/duration.ts';
import { writeEvents } from './events.ts';
import { controllerOf, writeAnnotations, writeLabels } from './metadata.ts';
import { writePodTemplate } from './pod.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

type Events = readonly KubeEvent[] | undefined;

export function describeDeployment(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  events: Events,
  nowMs: number,
): string {
  const w = describeWriter();
  const { metadata, spec, status } = deployment;
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  w.line(0, `CreationTimestamp:\t${rfc1123(metadata.creationTimestamp)}`);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  w.line(0, `Selector:\t${formatSelector(spec?.selector)}`);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status ?? {};
  w.line(
    0,
    `Replicas:\t${spec?.replicas ?? 1} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`,
  );
  w.line(0, `StrategyType:\t${spec?.strategy?.type ?? ''}`);
  w.line(0, `MinReadySeconds:\t${spec?.minReadySeconds ?? 0}`);
  const rolling = spec?.strategy?.rollingUpdate;
  if (rolling)
    w.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
  writePodTemplate(w, spec?.template);
  writeConditions(w, status?.conditions ?? []);
  const current = newReplicaSet(deployment, sets);
  const old = sets.filter((set) => set !== current);
  w.line(0, `OldReplicaSets:\t${replicaSets(old)}`);
  w.line(0, `NewReplicaSet:\t${replicaSets(current ? [current] : [])}`);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

function writeConditions(
  w: DescribeWriter,
  conditions: readonly { type: string; status: string; reason?: string }[],
): void {
  if (conditions.length === 0) return;
  w.line(0, 'Conditions:\n  Type\tStatus\tReason');
  w.line(1, '----\t------\t------');
  for (const { type, status, reason = '' } of conditions) w.line(1, `${type} \t${status}\t${reason}`);
}

function replicaSets(sets: readonly ReplicaSet[]): string {
  const texts = sets.map(
    ({ metadata, spec, status }) =>
      `${metadata.name} (${status?.replicas ?? 0}/${spec?.replicas ?? 0} replicas created)`,
  );
  return texts.join(', ') || '<none>';
}

/** The set whose template is the Deployment's, the hash label aside. */
export function newReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = deployment.spec?.template;
  return sets.find(({ spec }) => equalJson(withoutHash(spec?.template), withoutHash(wanted)));
}

export function withoutHash(template: PodTemplateSpec | undefined): unknown {
  if (!template) return undefined;
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _created, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

/** What every controller of pods has in common. */
function podsStatus(pods: readonly Pod[]): string {
  const count = (phase: string): number => pods.filter(({ status }) => status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

export function describeReplicaSet(set: ReplicaSet, pods: readonly Pod[], events: Events, nowMs: number): string {
  const w = describeWriter();
  const { metadata, spec, status } = set;
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  w.line(0, `Selector:\t${formatSelector(spec?.selector)}`);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  const owner = controllerOf(set);
  if (owner) w.line(0, `Controlled By:\t${owner}`);
  w.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec?.replicas ?? 1} desired`);
  w.line(0, `Pods Status:\t${podsStatus(pods)}`);
  writePodTemplate(w, spec?.template);
  writeConditions(w, status?.conditions ?? []);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describeDaemonSet(set: DaemonSet, pods: readonly Pod[], events: Events, nowMs: number): string {
  const w = describeWriter();
  const { metadata, spec, status } = set;
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  w.line(0, `Selector:\t${formatSelector(spec?.selector)}`);
  writeLabels(w, 'Node-Selector', spec?.template?.spec?.nodeSelector);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  w.line(0, `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`);
  w.line(0, `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`);
  w.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`);
  w.line(0, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`);
  w.line(0, `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`);
  w.line(0, `Pods Status:\t${podsStatus(pods)}`);
  writePodTemplate(w, spec?.template);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describeStatefulSet(set: StatefulSet, pods: readonly Pod[], events: Events, nowMs: number): string {
  const w = describeWriter();
  const { metadata, spec, status } = set;
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  w.line(0, `CreationTimestamp:\t${rfc1123(metadata.creationTimestamp)}`);
  w.line(0, `Selector:\t${formatSelector(spec?.selector)}`);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  w.line(0, `Replicas:\t${spec?.replicas ?? 1} desired | ${status?.replicas ?? 0} total`);
  w.line(0, `Update Strategy:\t${spec?.updateStrategy?.type ?? ''}`);
  const partition = spec?.updateStrategy?.rollingUpdate?.partition;
  if (partition !== undefined) w.line(1, `Partition:\t${partition}`);
  w.line(0, `Pods Status:\t${podsStatus(pods)}`);
  writePodTemplate(w, spec?.template);
  const claims = spec?.volumeClaimTemplates ?? [];
  w.line(0, `Volume Claims:${claims.length === 0 ? '\t<none>' : ''}`);
  for (const claim of claims) {
    w.line(1, `Name:\t${claim.metadata?.name ?? ''}`);
    w.line(1, `StorageClass:\t${claim.spec?.storageClassName ?? ''}`);
    writeLabels(w, '  Labels', claim.metadata?.labels);
    writeAnnotations(w, '  Annotations', claim.metadata?.annotations);
    w.line(1, `Capacity:\t${claim.spec?.resources?.requests?.['storage'] ?? '<default>'}`);
    w.line(1, `Access Modes:\t[${(claim.spec?.accessModes ?? []).join(' ')}]`);
  }
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describeJob(job: Job, events: Events, nowMs: number): string {
  const w = describeWriter();
  const { metadata, spec, status } = job;
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  if (spec?.selector) w.line(0, `Selector:\t${formatSelector(spec.selector)}`);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  const owner = controllerOf(job);
  if (owner) w.line(0, `Controlled By:\t${owner}`);
  if (spec?.parallelism !== undefined) w.line(0, `Parallelism:\t${spec.parallelism}`);
  w.line(0, `Completions:\t${spec?.completions ?? '<unset>'}`);
  if (spec?.completionMode) w.line(0, `Completion Mode:\t${spec.completionMode}`);
  if (spec?.suspend !== undefined) w.line(0, `Suspend:\t${spec.suspend}`);
  if (spec?.backoffLimit !== undefined) w.line(0, `Backoff Limit:\t${spec.backoffLimit}`);
  if (spec?.ttlSecondsAfterFinished !== undefined)
    w.line(0, `TTL Seconds After Finished:\t${spec.ttlSecondsAfterFinished}`);
  if (status?.startTime) w.line(0, `Start Time:\t${rfc1123(status.startTime)}`);
  if (status?.completionTime) w.line(0, `Completed At:\t${rfc1123(status.completionTime)}`);
  if (status?.startTime && status.completionTime) {
    w.line(0, `Duration:\t${humanDuration(Date.parse(status.completionTime) - Date.parse(status.startTime))}`);
  }
  if (spec?.activeDeadlineSeconds !== undefined) w.line(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`);
  const { active = 0, ready = 0, succeeded = 0, failed = 0 } = status ?? {};
  w.line(0, `Pods Statuses:\t${active} Active (${ready} Ready) / ${succeeded} Succeeded / ${failed} Failed`);
  if (spec?.completionMode === 'Indexed')
    w.line(0, `Completed Indexes:\t${completedIndexes(status?.completedIndexes)}`);
  writePodTemplate(w, spec?.template);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

/** At most fifty characters of them, cut at a comma. */
function completedIndexes(indexes = ''): string {
  if (indexes === '') return '<none>';
  if (indexes.length <= 50) return indexes;
  return `${indexes.slice(0, indexes.lastIndexOf(',', 49))},...`;
}

export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === owner.metadata.uid,
  );
}
