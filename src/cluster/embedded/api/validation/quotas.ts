/** Are ResourceQuotas and LimitRanges acceptable? pkg/apis/core/validation/validation.go. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { type Raw, raw, rawList, strings, text } from './checks.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from './field-error.ts';
import { labelKeyProblems } from './names.ts';
import { isQuotaResource, validateAmount, validateResourceName } from './resources.ts';

const scopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
];
const opposites: readonly (readonly [string, string])[] = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

export function validateQuota(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors = Object.entries(raw(spec['hard'])).flatMap(([name, value]) => {
    const field = `spec.hard[${name}]`;
    const unknown = !name.includes('/') && !isQuotaResource(name);
    return [
      ...validateResourceName(name, field),
      ...(unknown ? [invalidValue(field, name, 'must be a standard resource for quota')] : []),
      ...validateAmount(name, value, field),
    ];
  });
  const given = strings(spec['scopes']);
  for (const scope of given)
    if (!scopes.includes(scope)) errors.push(invalidValue('spec.scopes', given, 'unsupported scope'));
  for (const [one, other] of opposites)
    if (given.includes(one) && given.includes(other))
      errors.push(invalidValue('spec.scopes', given, 'conflicting scopes'));
  return errors;
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

export function validateLimitRange(object: KubeObject): FieldError[] {
  const seen = new Set<string>();
  return rawList(raw(object['spec'])['limits']).flatMap((limit, index) => {
    const field = `spec.limits[${index}]`;
    const type = text(limit['type']);
    const errors = validateLimitType(type, `${field}.type`);
    if (seen.has(type)) errors.push(duplicate(`${field}.type`, type));
    seen.add(type);
    if (type === 'Pod') {
      for (const name of ['default', 'defaultRequest'])
        if (Object.keys(raw(limit[name])).length > 0)
          errors.push(forbiddenField(`${field}.${name}`, "may not be specified when `type` is 'Pod'"));
    }
    const unbounded = raw(limit['min'])['storage'] === undefined && raw(limit['max'])['storage'] === undefined;
    if (type === 'PersistentVolumeClaim' && unbounded) {
      const why = 'either minimum or maximum storage value is required, but neither was provided';
      errors.push(required(`${field}.limits`, why));
    }
    return [...errors, ...validateBounds(limit, field)];
  });
}

function validateLimitType(type: string, field: string): FieldError[] {
  const errors = labelKeyProblems(type).map((problem) => invalidValue(field, type, problem));
  if (errors.length > 0 || type.includes('/') || limitTypes.includes(type)) return errors;
  return [invalidValue(field, type, 'must be a standard limit type or fully qualified')];
}

/** Each pair: the first may not exceed the second; the place that is blamed, whose value is shown, and the names of both. */
const orders = [
  ['min', 'max', 'min', 'min', 'min value', 'max value'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest', 'min value', 'default request value'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest', 'default request value', 'max value'],
  ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest', 'default request value', 'default limit value'],
  ['min', 'default', 'default', 'min', 'min value', 'default value'],
  ['default', 'max', 'default', 'max', 'default value', 'max value'],
] as const;

function validateBounds(limit: Raw, field: string): FieldError[] {
  const lists = ['max', 'min', 'default', 'defaultRequest'];
  const names = new Set(lists.flatMap((list) => Object.keys(raw(limit[list]))));
  return [...names].flatMap((name) =>
    orders.flatMap(([low, high, blamed, shown, lowName, highName]) => {
      const a = raw(limit[low])[name];
      const b = raw(limit[high])[name];
      if (a === undefined || b === undefined || quantityToNumber(text(a)) <= quantityToNumber(text(b))) return [];
      const why = `${lowName} ${text(a)} is greater than ${highName} ${text(b)}`;
      return [invalidValue(`${field}.${blamed}[${name}]`, text(raw(limit[shown])[name]), why)];
    }),
  );
}
