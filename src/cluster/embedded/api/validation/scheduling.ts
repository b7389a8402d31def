/** Are a pod's wishes for a node acceptable? pkg/apis/core/validation/validation.go: tolerations, affinity, spread. */
import type { LabelSelector } from '../../../../kube/objects.ts';
import { isRaw, type Raw, raw, rawList, strings, text, validateSelector } from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { dumpStruct } from './go-dump.ts';
import { dnsLabelProblems, labelKeyProblems, labelValueProblems } from './names.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const weights = 'must be in the range 1-100';

export function validateToleration(toleration: Raw, place: string): FieldError[] {
  const key = text(toleration['key']);
  const operator = text(toleration['operator']);
  const effect = text(toleration['effect']);
  const value = text(toleration['value']);
  const errors: FieldError[] = [];
  if (key !== '') errors.push(...labelKeyProblems(key).map((problem) => invalidValue(`${place}.key`, key, problem)));
  else if (operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${place}.operator`, operator, why));
  }
  if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute') {
    errors.push(invalidValue(`${place}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === '' || operator === 'Equal') {
    const problems = labelValueProblems(value);
    if (problems.length > 0) errors.push(invalidValue(`${place}.operator`, value, problems.join(';')));
  } else if (operator !== 'Exists') errors.push(notSupported(`${place}.operator`, operator, ['Equal', 'Exists']));
  else if (value !== '') {
    const shown = dumpStruct('core/v1.Toleration', toleration);
    errors.push(invalidValue(`${place}.operator`, shown, "value must be empty when `operator` is 'Exists'"));
  }
  if (effect !== '' && !effects.includes(effect)) errors.push(notSupported(`${place}.effect`, effect, effects));
  return errors;
}

const mandatory = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(affinity: Raw, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const node = affinity['nodeAffinity'];
  if (isRaw(node)) errors.push(...validateNodeAffinity(node, `${field}.nodeAffinity`));
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const pods = affinity[name];
    if (!isRaw(pods)) continue;
    for (const [index, term] of rawList(pods[mandatory]).entries())
      errors.push(...validatePodTerm(term, `${field}.${name}.${mandatory}[${index}]`));
    for (const [index, term] of rawList(pods[preferred]).entries()) {
      const place = `${field}.${name}.${preferred}[${index}]`;
      errors.push(...validateWeight(term, place));
      errors.push(...validatePodTerm(raw(term['podAffinityTerm']), `${place}.podAffinityTerm`));
    }
  }
  return errors;
}

function validateNodeAffinity(node: Raw, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const needed = node[mandatory];
  if (isRaw(needed)) {
    const place = `${field}.${mandatory}.nodeSelectorTerms`;
    const terms = rawList(needed['nodeSelectorTerms']);
    if (terms.length === 0) errors.push(required(place, 'must have at least one node selector term'));
    for (const [index, term] of terms.entries()) errors.push(...validateNodeTerm(term, `${place}[${index}]`));
  }
  for (const [index, term] of rawList(node[preferred]).entries()) {
    const place = `${field}.${preferred}[${index}]`;
    errors.push(...validateWeight(term, place), ...validateNodeTerm(raw(term['preference']), `${place}.preference`));
  }
  return errors;
}

function validateWeight(term: Raw, place: string): FieldError[] {
  const weight = Number(term['weight'] ?? 0);
  return weight >= 1 && weight <= 100 ? [] : [invalidValue(`${place}.weight`, weight, weights)];
}

function validateNodeTerm(term: Raw, field: string): FieldError[] {
  return rawList(term['matchExpressions']).flatMap((requirement, index) => {
    const place = `${field}.matchExpressions[${index}]`;
    const key = text(requirement['key']);
    return [
      ...validateNodeOperator(requirement, place),
      ...labelKeyProblems(key).map((problem) => invalidValue(`${place}.key`, key, problem)),
    ];
  });
}

function validateNodeOperator(requirement: Raw, place: string): FieldError[] {
  const operator = text(requirement['operator']);
  const count = strings(requirement['values']).length;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0 ? [] : [required(`${place}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return count === 0
        ? []
        : [forbiddenField(`${place}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      return count === 1
        ? []
        : [required(`${place}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalidValue(`${place}.operator`, operator, 'not a valid selector operator')];
  }
}

function validatePodTerm(term: Raw, field: string): FieldError[] {
  const key = text(term['topologyKey']);
  return [
    ...validateSelector(term['labelSelector'] as LabelSelector | undefined, `${field}.labelSelector`),
    ...validateSelector(term['namespaceSelector'] as LabelSelector | undefined, `${field}.namespaceSelector`),
    ...strings(term['namespaces']).flatMap((name) =>
      dnsLabelProblems(name).map((problem) => invalidValue(`${field}.namespace`, name, problem)),
    ),
    ...(key === '' ? [required(`${field}.topologyKey`, 'can not be empty')] : []),
    ...labelKeyProblems(key).map((problem) => invalidValue(`${field}.topologyKey`, key, problem)),
  ];
}

const spreadActions = ['DoNotSchedule', 'ScheduleAnyway'];

export function validateSpread(constraints: readonly Raw[], field: string): FieldError[] {
  return constraints.flatMap((constraint, index) => {
    const place = `${field}[${index}]`;
    const skew = Number(constraint['maxSkew'] ?? 0);
    const key = text(constraint['topologyKey']);
    const action = text(constraint['whenUnsatisfiable']);
    return [
      ...(skew > 0 ? [] : [invalidValue(`${place}.maxSkew`, skew, 'must be greater than zero')]),
      ...(key === ''
        ? [required(`${place}.topologyKey`, 'can not be empty')]
        : labelKeyProblems(key).map((problem) => invalidValue(`${place}.topologyKey`, key, problem))),
      ...(spreadActions.includes(action) ? [] : [notSupported(`${place}.whenUnsatisfiable`, action, spreadActions)]),
      ...validateSelector(constraint['labelSelector'] as LabelSelector | undefined, `${place}.labelSelector`),
    ];
  });
}
