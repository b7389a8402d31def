/** Are Jobs and CronJobs acceptable? pkg/apis/batch/validation/validation.go. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { sameJson } from '../machinery/core.ts';
import { type Raw, raw, text, validateNonNegative } from './checks.ts';
import { cronProblem } from './cron-format.ts';
import { type FieldError, invalidValue, notSupported, required } from './field-error.ts';
import { dumpTemplate } from './go-dump.ts';
import { validateTemplate } from './pod.ts';

const immutable = 'field is immutable';

export function validateJob(object: KubeObject): FieldError[] {
  return validateJobSpec(raw(object['spec']), 'spec');
}

const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'];
const completionModes = ['NonIndexed', 'Indexed'];
const replacementPolicies = ['Failed', 'TerminatingOrFailed'];

function validateJobSpec(spec: Raw, field: string): FieldError[] {
  const errors = [...counts, 'backoffLimitPerIndex'].flatMap((name) =>
    validateNonNegative(spec[name], `${field}.${name}`),
  );
  const mode = spec['completionMode'];
  const replacement = spec['podReplacementPolicy'];
  if (mode !== undefined && !completionModes.includes(text(mode)))
    errors.push(notSupported(`${field}.completionMode`, mode, completionModes));
  if (mode === 'Indexed' && spec['completions'] === undefined)
    errors.push(required(`${field}.completions`, 'when completion mode is Indexed'));
  const perIndex = spec['backoffLimitPerIndex'];
  if (mode !== 'Indexed' && perIndex !== undefined)
    errors.push(invalidValue(`${field}.backoffLimitPerIndex`, perIndex, 'requires indexed completion mode'));
  if (replacement !== undefined && !replacementPolicies.includes(text(replacement)))
    errors.push(notSupported(`${field}.podReplacementPolicy`, replacement, replacementPolicies));
  const template = raw(spec['template']);
  errors.push(...validateTemplate(template, `${field}.template`));
  return [...errors, ...validateRestart(text(raw(template['spec'])['restartPolicy']), `${field}.template.spec`)];
}

function validateRestart(policy: string, field: string): FieldError[] {
  if (policy === 'Always' || policy === '')
    return [required(`${field}.restartPolicy`, 'valid values: "OnFailure", "Never"')];
  const known = policy === 'OnFailure' || policy === 'Never';
  return known ? [] : [notSupported(`${field}.restartPolicy`, policy, ['OnFailure', 'Never'])];
}

export function validateJobUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const old = raw(current['spec']);
  const fixed = ['completions', 'selector', 'template', 'completionMode'];
  if (spec['completionMode'] === 'Indexed') fixed.shift();
  return fixed
    .filter((field) => !sameJson(spec[field], old[field]))
    .map((field) => {
      const shown = field === 'template' ? dumpTemplate(raw(spec[field])) : spec[field];
      return invalidValue(`spec.${field}`, shown, immutable);
    });
}

const concurrencyPolicies = ['Allow', 'Forbid', 'Replace'];

export function validateCronJob(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const { name = '' } = object.metadata;
  const errors = [
    ...validateSchedule(text(spec['schedule'])),
    ...validateNonNegative(spec['startingDeadlineSeconds'], 'spec.startingDeadlineSeconds'),
    ...validateTimeZone(spec['timeZone']),
  ];
  const policy = text(spec['concurrencyPolicy']);
  if (policy === '') errors.push(required('spec.concurrencyPolicy'));
  else if (!concurrencyPolicies.includes(policy))
    errors.push(notSupported('spec.concurrencyPolicy', policy, concurrencyPolicies));
  const job = raw(raw(spec['jobTemplate'])['spec']);
  errors.push(...validateJobSpec(job, 'spec.jobTemplate.spec'));
  if (job['selector'] !== undefined)
    errors.push(invalidValue('spec.jobTemplate.spec.selector', job['selector'], '`selector` will be auto-generated'));
  for (const limit of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
    errors.push(...validateNonNegative(spec[limit], `spec.${limit}`));
  if (name.length > 52) errors.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'));
  return errors;
}

function validateSchedule(schedule: string): FieldError[] {
  if (schedule === '') return [required('spec.schedule')];
  const problem = cronProblem(schedule);
  return [
    ...(problem === undefined ? [] : [invalidValue('spec.schedule', schedule, problem)]),
    ...(schedule.includes('TZ')
      ? [invalidValue('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')]
      : []),
  ];
}

function validateTimeZone(zone: unknown): FieldError[] {
  if (zone === undefined) return [];
  const name = text(zone);
  const field = 'spec.timeZone';
  if (name === '') return [invalidValue(field, name, 'timeZone must be nil or non-empty string')];
  if (name.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalidValue(field, name, why)];
  }
  return isTimeZone(name) ? [] : [invalidValue(field, name, `unknown time zone ${name}`)];
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
