/** What do Deployments and their like get? pkg/apis/apps/v1/defaults.go and pkg/apis/batch/v1/defaults.go. */
import { child, type Draft, ensure, fill, items } from './draft.ts';
import { defaultPodSpec } from './pod.ts';

function defaultTemplate(spec: Draft): void {
  const template = ensure(spec, 'template');
  ensure(template, 'metadata');
  defaultPodSpec(ensure(template, 'spec'));
}

export function defaultDeployment(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = ensure(spec, 'strategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate')
    fill(ensure(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  defaultTemplate(spec);
}

export function defaultReplicaSet(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { replicas: 1 });
  defaultTemplate(spec);
}

/** Its selector and its own labels are the template's where absent. */
export function defaultReplicationController(object: Draft): void {
  defaultReplicaSet(object);
  const spec = ensure(object, 'spec');
  const labels = child(ensure(ensure(spec, 'template'), 'metadata'), 'labels');
  if (!labels) return;
  fill(spec, { selector: { ...labels } });
  fill(ensure(object, 'metadata'), { labels: { ...labels } });
}

export function defaultDaemonSet(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { revisionHistoryLimit: 10 });
  const strategy = ensure(spec, 'updateStrategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') fill(ensure(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
  defaultTemplate(spec);
}

export function defaultStatefulSet(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' });
  fill(ensure(spec, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' });
  const strategy = ensure(spec, 'updateStrategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') fill(ensure(strategy, 'rollingUpdate'), { partition: 0 });
  defaultTemplate(spec);
  for (const claim of items(spec, 'volumeClaimTemplates')) {
    fill(ensure(claim, 'spec'), { volumeMode: 'Filesystem' });
    fill(ensure(claim, 'status'), { phase: 'Pending' });
    fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
  }
}

export function defaultJob(object: Draft): void {
  fill(ensure(object, 'spec'), { manualSelector: false });
  defaultJobSpec(ensure(object, 'spec'));
}

function defaultJobSpec(spec: Draft): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined)
    fill(spec, { completions: 1, parallelism: 1 });
  fill(spec, {
    parallelism: 1,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  fill(spec, { backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2 ** 31 - 1 });
  defaultTemplate(spec);
}

export function defaultCronJob(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  const template = ensure(spec, 'jobTemplate');
  ensure(template, 'metadata');
  defaultTemplate(ensure(template, 'spec'));
}
