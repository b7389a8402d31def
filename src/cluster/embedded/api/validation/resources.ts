/** Are resource names and amounts acceptable? pkg/apis/core/validation/validation.go, ValidateContainerResourceRequirements. */
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { type Raw, raw, text } from './checks.ts';
import { type FieldError, invalidValue, required } from './field-error.ts';
import { labelKeyProblems } from './names.ts';

const container: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const counted: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);
const amounts: ReadonlySet<string> = new Set([
  ...container,
  'storage',
  ...['requests', 'limits'].flatMap((list) => [...container].map((name) => `${list}.${name}`)),
  'requests.storage',
]);
const negative = 'must be greater than or equal to 0';

/** Of quotas: what has no `/` is one of Kubernetes' own. */
export function isQuotaResource(name: string): boolean {
  return counted.has(name) || amounts.has(name) || /^((requests|limits)\.)?hugepages-/.test(name);
}

export function validateResourceName(name: string, field: string): FieldError[] {
  const errors = labelKeyProblems(name).map((problem) => invalidValue(field, name, problem));
  if (errors.length > 0 || name.includes('/') || isQuotaResource(name)) return errors;
  return [invalidValue(field, name, 'must be a standard resource type or fully qualified')];
}

/** Counts, and everything that is none of the measured resources, come whole. */
export function validateAmount(name: string, value: unknown, field: string): FieldError[] {
  const amount = quantityToNumber(text(value));
  if (amount < 0) return [invalidValue(field, text(value), negative)];
  const whole = counted.has(name) || isExtended(name);
  return whole && !Number.isInteger(amount) ? [invalidValue(field, text(value), 'must be an integer')] : [];
}

function isExtended(name: string): boolean {
  return name.includes('/') && !name.startsWith('requests.') && !name.includes('kubernetes.io/');
}

function isHuge(name: string): boolean {
  return name.startsWith('hugepages-');
}

export function validateResources(resources: Raw, field: string): FieldError[] {
  const limits = raw(resources['limits']);
  const errors: FieldError[] = [];
  for (const list of ['limits', 'requests']) {
    for (const [name, value] of Object.entries(raw(resources[list]))) {
      const place = `${field}.${list}[${name}]`;
      errors.push(...validateContainerName(name, place), ...validateAmount(name, value, place));
      if (list === 'requests') errors.push(...validateAgainstLimit(name, value, limits[name], field));
    }
  }
  return errors;
}

function validateContainerName(name: string, field: string): FieldError[] {
  const errors = validateResourceName(name, field);
  if (name.includes('/') || container.has(name) || isHuge(name)) return errors;
  return [...errors, invalidValue(field, name, 'must be a standard resource for containers')];
}

/** What cannot be overcommitted is asked for exactly. */
function validateAgainstLimit(name: string, value: unknown, limit: unknown, field: string): FieldError[] {
  const exact = isExtended(name) || isHuge(name);
  if (limit === undefined) {
    return exact ? [required(`${field}.limits`, 'Limit must be set for non overcommitable resources')] : [];
  }
  const difference = quantityToNumber(text(value)) - quantityToNumber(text(limit));
  const refuse = (relation: string): FieldError[] => [
    invalidValue(`${field}.requests`, text(value), `must be ${relation} to ${name} limit of ${text(limit)}`),
  ];
  if (exact && difference !== 0) return refuse('equal');
  return difference > 0 ? refuse('less than or equal') : [];
}
