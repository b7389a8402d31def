/** Are Deployments and their like acceptable? pkg/apis/apps/validation/validation.go. */
import type { KubeObject, LabelSelector } from '../../../../kube/objects.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';
import { sameJson } from '../machinery/core.ts';
import {
  atMostAll,
  isRaw,
  type Raw,
  raw,
  rawList,
  text,
  validateCountOrPercent,
  validateNonNegative,
  validateSelector,
} from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { dumpStruct } from './go-dump.ts';
import { dnsLabelProblems } from './names.ts';
import { validateTemplate } from './pod.ts';

const mismatch = '`selector` does not match template `labels`';
const immutable = 'field is immutable';

export function validateDeployment(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors = [
    ...validateNonNegative(spec['replicas'], 'spec.replicas'),
    ...validateOwnSelector(spec, 'deployment'),
    ...validateOwnedTemplate(spec, 'ReplicaSet'),
    ...validateDeploymentStrategy(raw(spec['strategy'])),
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
  const { selector } = spec;
  const errors = isRaw(selector) ? validateSelector(selector as LabelSelector, 'spec.selector') : [];
  if (!selects(spec)) errors.push(invalidValue('spec.template.metadata.labels', templateLabels(spec), mismatch));
  if (isRaw(selector) && isEmptySelector(selector))
    errors.push(invalidValue('spec.selector', selector, 'empty selector is invalid for daemonset'));
  return [
    ...errors,
    ...validateTemplate(raw(spec['template']), 'spec.template'),
    ...alwaysRestarts(spec),
    ...noDeadline(spec, 'DaemonSet'),
    ...validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...validateDaemonStrategy(raw(spec['updateStrategy'])),
    ...validateNonNegative(spec['revisionHistoryLimit'], 'spec.revisionHistoryLimit'),
  ];
}

function validateDaemonStrategy(strategy: Raw): FieldError[] {
  const field = 'spec.updateStrategy';
  if (strategy['type'] === 'OnDelete') return [];
  if (strategy['type'] !== 'RollingUpdate')
    return [
      notSupported(field, dumpStruct('apps/v1.DaemonSetUpdateStrategy', strategy), ['RollingUpdate', 'OnDelete']),
    ];
  const { maxUnavailable, maxSurge } = raw(strategy['rollingUpdate']);
  const place = `${field}.rollingUpdate`;
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${place}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${place}.maxSurge`),
    ...atMostAll(maxUnavailable, `${place}.maxUnavailable`),
    ...atMostAll(maxSurge, `${place}.maxSurge`),
  ];
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    errors.push(invalidValue(`${place}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  else if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(required(`${place}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

export function validateStatefulSet(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors: FieldError[] = [];
  const policy = text(spec['podManagementPolicy']);
  if (policy === '') errors.push(required('spec.podManagementPolicy'));
  else if (!['OrderedReady', 'Parallel'].includes(policy))
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  errors.push(...validateStatefulStrategy(raw(spec['updateStrategy'])));
  const retention = raw(spec['persistentVolumeClaimRetentionPolicy']);
  for (const when of ['whenDeleted', 'whenScaled']) {
    const value = retention[when];
    if (value !== undefined && value !== 'Retain' && value !== 'Delete')
      errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${when}`, value, ['Retain', 'Delete']));
  }
  const service = text(spec['serviceName']);
  const problems = service === '' ? [] : dnsLabelProblems(service);
  const claims = rawList(spec['volumeClaimTemplates']).map((claim) => text(raw(claim['metadata'])['name']));
  return [
    ...errors,
    ...validateNonNegative(spec['replicas'], 'spec.replicas'),
    ...validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...validateNonNegative(raw(spec['ordinals'])['start'], 'spec.ordinals.start'),
    ...problems.map((problem) => invalidValue('spec.serviceName', service, problem)),
    ...validateOwnSelector(spec, 'statefulset'),
    ...validateOwnedTemplate(spec, 'StatefulSet', claims),
  ];
}

function validateStatefulStrategy(strategy: Raw): FieldError[] {
  const field = 'spec.updateStrategy';
  const type = text(strategy['type']);
  const rolling = strategy['rollingUpdate'];
  if (type === 'RollingUpdate') {
    const { partition, maxUnavailable } = raw(rolling);
    const place = `${field}.rollingUpdate.maxUnavailable`;
    return [
      ...validateNonNegative(partition, `${field}.rollingUpdate.partition`),
      ...validateCountOrPercent(maxUnavailable, place),
      ...(maxUnavailable !== undefined && isZero(maxUnavailable)
        ? [invalidValue(place, maxUnavailable, 'cannot be 0')]
        : []),
      ...atMostAll(maxUnavailable, place),
    ];
  }
  if (type !== 'OnDelete') {
    const shown = dumpStruct('apps/v1.StatefulSetUpdateStrategy', strategy);
    return [invalidValue(field, shown, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  if (rolling === undefined) return [];
  const shown = dumpStruct('apps/v1.RollingUpdateStatefulSetStrategy', rolling);
  return [invalidValue(`${field}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")];
}

function validateOwnSelector(spec: Raw, kind: string): FieldError[] {
  const { selector } = spec;
  if (!isRaw(selector)) return [required('spec.selector')];
  const errors = validateSelector(selector as LabelSelector, 'spec.selector');
  if (!isEmptySelector(selector)) return errors;
  return [...errors, invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`)];
}

function isEmptySelector({ matchLabels, matchExpressions }: Raw): boolean {
  return Object.keys(raw(matchLabels)).length + rawList(matchExpressions).length === 0;
}

function validateOwnedTemplate(spec: Raw, owner: string, claims: readonly string[] = []): FieldError[] {
  return [
    ...(selects(spec) ? [] : [invalidValue('spec.template.metadata.labels', templateLabels(spec), mismatch)]),
    ...validateTemplate(raw(spec['template']), 'spec.template', claims),
    ...alwaysRestarts(spec),
    ...noDeadline(spec, owner),
  ];
}

function noDeadline(spec: Raw, owner: string): FieldError[] {
  if (raw(raw(spec['template'])['spec'])['activeDeadlineSeconds'] === undefined) return [];
  const why = `activeDeadlineSeconds in ${owner} is not Supported`;
  return [forbiddenField('spec.template.spec.activeDeadlineSeconds', why)];
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

function validateDeploymentStrategy(strategy: Raw): FieldError[] {
  const field = 'spec.strategy';
  const rolling = strategy['rollingUpdate'];
  if (strategy['type'] === 'Recreate') {
    if (rolling === undefined) return [];
    return [forbiddenField(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (strategy['type'] !== 'RollingUpdate')
    return [notSupported(field, dumpStruct('apps/v1.DeploymentStrategy', strategy), ['Recreate', 'RollingUpdate'])];
  const { maxUnavailable, maxSurge } = raw(rolling);
  const place = `${field}.rollingUpdate`;
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${place}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${place}.maxSurge`),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(invalidValue(`${place}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  return [...errors, ...atMostAll(maxUnavailable, `${place}.maxUnavailable`)];
}

/** As a number of pods or as a share of them; what is neither counts as none. */
function isZero(value: unknown): boolean {
  return typeof value === 'number' ? value === 0 : !(Number.parseInt(text(value), 10) > 0);
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
