/** Checks that many kinds share: labels, selectors, ports, counts. Each returns what is wrong, in the order of the real ones. */
import type { LabelSelector } from '../../../../kube/objects.ts';
import { type FieldError, forbiddenField, invalidValue, required } from './field-error.ts';
import { labelKeyProblems, labelValueProblems, portNameProblems } from './names.ts';

export type Raw = Readonly<Record<string, unknown>>;

export const portRange = 'must be between 1 and 65535, inclusive';

export function raw(value: unknown): Raw {
  return isRaw(value) ? value : {};
}

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function rawList(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.map(raw) : [];
}

export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** A text field; '' where it is absent, as Go's zero value. */
export function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

export function validateLabels(labels: unknown, field: string): FieldError[] {
  return Object.entries(raw(labels)).flatMap(([key, value]) => [
    ...labelKeyProblems(key).map((problem) => invalidValue(field, key, problem)),
    ...labelValueProblems(String(value)).map((problem) => invalidValue(field, value, problem)),
  ]);
}

/** metav1's ValidateLabelSelector. */
export function validateSelector(selector: LabelSelector | undefined, field: string): FieldError[] {
  if (!selector) return [];
  const errors = validateLabels(selector.matchLabels, `${field}.matchLabels`);
  for (const [index, requirement] of (selector.matchExpressions ?? []).entries()) {
    const place = `${field}.matchExpressions[${index}]`;
    const values = requirement.values ?? [];
    switch (requirement.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0)
          errors.push(required(`${place}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0)
          errors.push(
            forbiddenField(`${place}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
          );
        break;
      default:
        errors.push(invalidValue(`${place}.operator`, requirement.operator, 'not a valid selector operator'));
    }
    errors.push(
      ...labelKeyProblems(requirement.key).map((problem) => invalidValue(`${place}.key`, requirement.key, problem)),
    );
    for (const [at, value] of values.entries()) {
      errors.push(
        ...labelValueProblems(value).map((problem) => invalidValue(`${place}.values[${at}]`, value, problem)),
      );
    }
  }
  return errors;
}

export function isPort(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= 65_535;
}

/** An IntOrString that names a port. */
export function validatePortReference(value: unknown, field: string): FieldError[] {
  if (typeof value === 'string') return portNameProblems(value).map((problem) => invalidValue(field, value, problem));
  return isPort(value) ? [] : [invalidValue(field, value ?? 0, portRange)];
}

export function validateNonNegative(value: unknown, field: string): FieldError[] {
  return typeof value === 'number' && value < 0
    ? [invalidValue(field, value, 'must be greater than or equal to 0')]
    : [];
}

/** Replicas or percentages: `25%` or a whole number. */
export function validateCountOrPercent(value: unknown, field: string): FieldError[] {
  if (typeof value === 'number') return validateNonNegative(value, field);
  if (typeof value !== 'string' || /^\d+%$/.test(value)) return [];
  const problem = "a valid percent string must be a numeric string followed by an ending '%'";
  return [invalidValue(field, value, `${problem} (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`)];
}

/** A share of more than the whole is none. */
export function atMostAll(value: unknown, field: string): FieldError[] {
  if (typeof value !== 'string' || !/^\d+%$/.test(value) || Number.parseInt(value, 10) <= 100) return [];
  return [invalidValue(field, value, 'must not be greater than 100%')];
}
