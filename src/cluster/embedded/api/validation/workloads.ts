/** Are Deployments and their like acceptable? pkg/apis/apps/validation/validation.go and pkg/apis/batch/validation. */
import type { KubeObject, LabelSelector } from '../../../../kube/objects.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';
import { sameJson } from '../machinery/core.ts';
import { isRaw, type Raw, raw, text, validateCountOrPercent, validateNonNegative, validateSelector } from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { validateTemplate } from './pod.ts';

const mismatch = '`selector` does not match template `labels`';
const immutable = 'field is immutable';

export function validateDeployment(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors = [
    ...validateNonNegative(spec['replicas'], 'spec.replicas'),
    ...validateOwnSelector(spec, 'deployment'),
    ...validateOwnedTemplate(spec, 'ReplicaSet'),
    ...validateStrategy(raw(spec['strategy']), 'spec.strategy', 'Recreate'),
    ...validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...validateNonNegative(spec['revisionHistoryLimit'], 'spec.revisionHistoryLimit'),
  ];
  const deadline = spec['progressDeadlineSeconds'];
  if (typeof deadline !== 'number') return errors;
  errors.push(...validateNonNegative(deadline, 'spec.progressDeadlineSeconds'));
  if (deadline <= Number(spec['minReadySeconds'] ?? 0)) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

export function validateReplicaSet(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  return [
    ...validateNonNegative(spec['replicas'], 'spec.replicas'),
    ...validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...validateOwnSelector(spec, 'deployment'),
    ...validateOwnedTemplate(spec, 'ReplicaSet'),
  ];
}

export function validateDaemonSet(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors = validateOwnSelector(spec, 'daemonset');
  if (!selects(spec)) errors.push(invalidValue('spec.template.metadata.labels', templateLabels(spec), mismatch));
  errors.push(...validateTemplate(raw(spec['template']), 'spec.template'), ...alwaysRestarts(spec));
  errors.push(...validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'));
  return [...errors, ...validateStrategy(raw(spec['updateStrategy']), 'spec.updateStrategy', 'OnDelete')];
}

export function validateStatefulSet(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors: FieldError[] = [];
  const policy = text(spec['podManagementPolicy']);
  if (!['OrderedReady', 'Parallel'].includes(policy)) {
    const why = `must be '${'OrderedReady'}' or '${'Parallel'}'`;
    errors.push(
      policy === '' ? required('spec.podManagementPolicy') : invalidValue('spec.podManagementPolicy', policy, why),
    );
  }
  errors.push(...validateNonNegative(spec['replicas'], 'spec.replicas'), ...validateOwnSelector(spec, 'statefulset'));
  return [...errors, ...validateOwnedTemplate(spec, 'StatefulSet')];
}

export function validateJob(object: KubeObject): FieldError[] {
  return validateJobSpec(raw(object['spec']), 'spec');
}

export function validateCronJob(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors: FieldError[] = [];
  const { name = '' } = object.metadata;
  if (name.length > 52) errors.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'));
  const schedule = text(spec['schedule']);
  if (schedule === '') errors.push(required('spec.schedule'));
  else errors.push(...validateSchedule(schedule));
  const policy = text(spec['concurrencyPolicy']);
  if (!['Allow', 'Forbid', 'Replace'].includes(policy)) {
    errors.push(
      policy === ''
        ? required('spec.concurrencyPolicy')
        : notSupported('spec.concurrencyPolicy', policy, ['Allow', 'Forbid', 'Replace']),
    );
  }
  return [...errors, ...validateJobSpec(raw(raw(spec['jobTemplate'])['spec']), 'spec.jobTemplate.spec')];
}

function validateSchedule(schedule: string): FieldError[] {
  const fields = schedule.trim().split(/\s+/);
  if (schedule.startsWith('@')) {
    const known = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/.test(schedule);
    return known ? [] : [invalidValue('spec.schedule', schedule, `unrecognized descriptor: ${schedule}`)];
  }
  if (fields.length === 5) return [];
  return [
    invalidValue('spec.schedule', schedule, `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`),
  ];
}

function validateJobSpec(spec: Raw, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ]) {
    errors.push(...validateNonNegative(spec[name], `${field}.${name}`));
  }
  const template = raw(spec['template']);
  errors.push(...validateTemplate(template, `${field}.template`));
  const restart = raw(template['spec'])['restartPolicy'];
  if (restart !== 'OnFailure' && restart !== 'Never') {
    errors.push(required(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  }
  return errors;
}

function validateOwnSelector(spec: Raw, kind: string): FieldError[] {
  const { selector } = spec;
  if (!isRaw(selector)) return [required('spec.selector')];
  const errors = validateSelector(selector as LabelSelector, 'spec.selector');
  const empty =
    Object.keys(raw(selector['matchLabels'])).length +
      ((selector['matchExpressions'] as unknown[] | undefined)?.length ?? 0) ===
    0;
  return empty ? [...errors, invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`)] : errors;
}

function validateOwnedTemplate(spec: Raw, owner: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!selects(spec)) errors.push(invalidValue('spec.template.metadata.labels', templateLabels(spec), mismatch));
  errors.push(...validateTemplate(raw(spec['template']), 'spec.template'), ...alwaysRestarts(spec));
  if (raw(raw(spec['template'])['spec'])['activeDeadlineSeconds'] !== undefined) {
    const why = `activeDeadlineSeconds in ${owner} is not Supported`;
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', why));
  }
  return errors;
}

/** An absent selector selects nothing, an empty one everything. */
function selects(spec: Raw): boolean {
  return matchesSelector(
    spec['selector'] as LabelSelector | undefined,
    templateLabels(spec) as Readonly<Record<string, string>>,
  );
}

function templateLabels(spec: Raw): Raw {
  return raw(raw(raw(spec['template'])['metadata'])['labels']);
}

function alwaysRestarts(spec: Raw): FieldError[] {
  const policy = raw(raw(spec['template'])['spec'])['restartPolicy'];
  return policy === 'Always' ? [] : [notSupported('spec.template.spec.restartPolicy', policy, ['Always'])];
}

function validateStrategy(strategy: Raw, field: string, other: 'Recreate' | 'OnDelete'): FieldError[] {
  const type = text(strategy['type']);
  const rolling = strategy['rollingUpdate'];
  if (type === other) {
    if (rolling === undefined || other === 'OnDelete') return [];
    return [forbiddenField(`${field}.rollingUpdate`, `may not be specified when strategy \`type\` is '${other}'`)];
  }
  if (type !== 'RollingUpdate') {
    const known = other === 'Recreate' ? ['Recreate', 'RollingUpdate'] : ['RollingUpdate', 'OnDelete'];
    return [
      notSupported(other === 'Recreate' ? `${field}` : `${field}.type`, other === 'Recreate' ? strategy : type, known),
    ];
  }
  const { maxUnavailable, maxSurge } = raw(rolling);
  const place = `${field}.rollingUpdate`;
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${place}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${place}.maxSurge`),
  ];
  const isZero = (value: unknown): boolean => value === 0 || value === '0%';
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(invalidValue(`${place}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return errors;
}

/** Deployment, ReplicaSet, DaemonSet: the selector is for life. */
export function validateSelectorUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const now = raw(object['spec'])['selector'];
  return sameJson(now, raw(current['spec'])['selector']) ? [] : [invalidValue('spec.selector', now, immutable)];
}

const changeableOfStatefulSet = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function validateStatefulSetUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const fixed = (spec: Raw): Raw =>
    Object.fromEntries(Object.entries(spec).filter(([key]) => !changeableOfStatefulSet.includes(key)));
  if (sameJson(fixed(raw(object['spec'])), fixed(raw(current['spec'])))) return [];
  const names = changeableOfStatefulSet.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return [forbiddenField('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
}

export function validateJobUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const old = raw(current['spec']);
  const fixed = ['completions', 'selector', 'template', 'completionMode'];
  if (spec['completionMode'] === 'Indexed') fixed.shift();
  return fixed
    .filter((field) => !sameJson(spec[field], old[field]))
    .map((field) => invalidValue(`spec.${field}`, spec[field], immutable));
}
