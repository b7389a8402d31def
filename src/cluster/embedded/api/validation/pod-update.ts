/** What of a running pod may change? Images, a deadline, tolerations that are added; all else is refused, with the difference. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { clone, sameJson } from '../machinery/core.ts';
import { type Raw, raw, rawList, strings, text } from './checks.ts';
import { validateContainer } from './container.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from './field-error.ts';
import { dumpPodSpec } from './go-dump.ts';
import { unifiedDiff } from './line-diff.ts';

type Changeable = Record<string, unknown>;

const rule =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function validatePodUpdate(object: KubeObject, current: KubeObject, subresource: string): readonly FieldError[] {
  switch (subresource) {
    case 'binding':
      return [];
    case 'ephemeralcontainers':
      return validateEphemeral(raw(object['spec']), raw(current['spec']));
    case 'resize':
      return [];
    default:
      return validateSpecUpdate(raw(object['spec']), raw(current['spec']));
  }
}

function validateSpecUpdate(spec: Raw, old: Raw): FieldError[] {
  if (sameJson(spec, old)) return [];
  const errors = validateImages(spec);
  for (const list of ['containers', 'initContainers']) {
    if (rawList(spec[list]).length !== rawList(old[list]).length) {
      return [...errors, forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
  }
  errors.push(...validateDeadline(spec, old), ...validateTolerations(spec, old));
  if (errors.length > 0) return errors;
  const adjusted = withAllowed(spec, old);
  if (sameJson(adjusted, old)) return [];
  const difference = unifiedDiff(dumpPodSpec(old), dumpPodSpec(adjusted));
  return [forbiddenField('spec', `${rule}\n${difference}`)];
}

function validateImages(spec: Raw): FieldError[] {
  return ['containers', 'initContainers'].flatMap((list) =>
    rawList(spec[list]).flatMap((container, index) => {
      const image = text(container['image']);
      const field = `spec.${list}[${index}].image`;
      if (image === '') return [required(field)];
      return image === image.trim() ? [] : [invalidValue(field, image, 'must not have leading or trailing whitespace')];
    }),
  );
}

function validateDeadline(spec: Raw, old: Raw): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  const now = spec['activeDeadlineSeconds'];
  const before = old['activeDeadlineSeconds'];
  if (now === before) return [];
  if (now === undefined) return [invalidValue(field, null, 'must not update from a positive integer to nil value')];
  const seconds = Number(now);
  if (seconds < 1 || seconds > 2_147_483_647)
    return [invalidValue(field, now, 'must be between 1 and 2147483647, inclusive')];
  if (before === undefined || seconds <= Number(before)) return [];
  return [invalidValue(field, now, 'must be less than or equal to previous value')];
}

/** What was there stays, but for how long it holds. */
function validateTolerations(spec: Raw, old: Raw): FieldError[] {
  const bare = ({ tolerationSeconds: _seconds, ...rest }: Raw): Raw => rest;
  const kept = rawList(old['tolerations']).every((before) =>
    rawList(spec['tolerations']).some((now) => sameJson(bare(now), bare(before))),
  );
  return kept
    ? []
    : [forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

/** The new spec with every change undone that is allowed: what then still differs is not. */
function withAllowed(spec: Raw, old: Raw): Raw {
  const result = clone(spec) as Changeable;
  for (const list of ['containers', 'initContainers']) {
    const before = rawList(old[list]);
    const now = result[list];
    if (!Array.isArray(now)) continue;
    for (const [index, container] of (now as Changeable[]).entries()) container['image'] = before[index]?.['image'];
  }
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'ephemeralContainers']) restore(result, old, field);
  const grace = old['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace < 0 && result['terminationGracePeriodSeconds'] === 1) {
    restore(result, old, 'terminationGracePeriodSeconds');
  }
  if (rawList(old['schedulingGates']).length > 0) {
    for (const field of ['schedulingGates', 'nodeSelector', 'affinity']) restore(result, old, field);
  }
  return result;
}

function restore(target: Changeable, source: Raw, field: string): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}

const forbiddenForEphemeral = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy'];

/** Ephemeral containers come, and never go or change. */
function validateEphemeral(spec: Raw, old: Raw): FieldError[] {
  const now = rawList(spec['ephemeralContainers']);
  const errors: FieldError[] = [];
  for (const before of rawList(old['ephemeralContainers'])) {
    const name = text(before['name']);
    const same = now.find((container) => container['name'] === before['name']);
    if (!same)
      errors.push(
        forbiddenField('spec.ephemeralContainers', `existing ephemeral containers "${name}" may not be removed`),
      );
    else if (!sameJson(same, before))
      errors.push(
        forbiddenField('spec.ephemeralContainers', `existing ephemeral containers "${name}" may not be changed`),
      );
  }
  const others = [...rawList(spec['containers']), ...rawList(spec['initContainers'])].map((container) =>
    text(container['name']),
  );
  const names = new Set(others);
  const volumes = new Set(rawList(spec['volumes']).map((volume) => text(volume['name'])));
  for (const [index, container] of now.entries()) {
    const field = `spec.ephemeralContainers[${index}]`;
    const name = text(container['name']);
    errors.push(...validateContainer(container, field, { volumes, hostNetwork: false, inPod: true }));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    errors.push(...validateTarget(container, field, others));
  }
  return errors;
}

function validateTarget(container: Raw, field: string, others: readonly string[]): FieldError[] {
  const target = text(container['targetContainerName']);
  const errors = forbiddenForEphemeral
    .filter(
      (name) =>
        container[name] !== undefined && !(Array.isArray(container[name]) && strings(container[name]).length === 0),
    )
    .map((name) => forbiddenField(`${field}.${name}`, 'cannot be set for an Ephemeral Container'));
  if (target !== '' && !others.includes(target)) {
    errors.push({
      field: `${field}.targetContainerName`,
      reason: 'FieldValueNotFound',
      detail: '',
      value: JSON.stringify(target),
    });
  }
  return errors;
}
