/** Are roles and their bindings acceptable? pkg/apis/rbac/validation/validation.go. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { sameJson } from '../machinery/core.ts';
import { type Raw, raw, rawList, strings, text } from './checks.ts';
import { type FieldError, invalidValue, notSupported, required } from './field-error.ts';
import { dnsSubdomainProblems } from './names.ts';

const group = 'rbac.authorization.k8s.io';

export function validateRole(object: KubeObject): FieldError[] {
  const namespaced = object.metadata.namespace !== undefined;
  return rawList(object['rules']).flatMap((rule, index) => validateRule(rule, `rules[${index}]`, namespaced));
}

function validateRule(rule: Raw, field: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const has = (name: string): boolean => strings(rule[name]).length > 0;
  if (!has('verbs')) errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (has('nonResourceURLs')) {
    const refuse = (why: string): FieldError => invalidValue(`${field}.nonResourceURLs`, rule['nonResourceURLs'], why);
    if (namespaced) errors.push(refuse('namespaced rules cannot apply to non-resource URLs'));
    if (has('apiGroups') || has('resources') || has('resourceNames'))
      errors.push(refuse('rules cannot apply to both regular resources and non-resource URLs'));
    return errors;
  }
  if (!has('apiGroups'))
    errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!has('resources'))
    errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

export function validateRoleBinding(object: KubeObject): FieldError[] {
  const namespaced = object.metadata.namespace !== undefined;
  const { apiGroup, kind, name } = raw(object['roleRef']);
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...(apiGroup === group ? [] : [notSupported('roleRef.apiGroup', text(apiGroup), [group])]),
    ...(kinds.includes(text(kind)) ? [] : [notSupported('roleRef.kind', text(kind), kinds)]),
    ...(text(name) === '' ? [required('roleRef.name')] : []),
    ...rawList(object['subjects']).flatMap((subject, index) =>
      validateSubject(subject, `subjects[${index}]`, namespaced),
    ),
  ];
}

function validateSubject(subject: Raw, field: string, namespaced: boolean): FieldError[] {
  const name = text(subject['name']);
  const kind = text(subject['kind']);
  const own = text(subject['apiGroup']);
  const errors = name === '' ? [required(`${field}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount': {
      const problems = name === '' ? [] : dnsSubdomainProblems(name);
      errors.push(...problems.map((problem) => invalidValue(`${field}.name`, name, problem)));
      if (own !== '') errors.push(notSupported(`${field}.apiGroup`, own, ['']));
      if (!namespaced && text(subject['namespace']) === '') errors.push(required(`${field}.namespace`));
      return errors;
    }
    case 'User':
    case 'Group':
      return own === group ? errors : [...errors, notSupported(`${field}.apiGroup`, own, [group])];
    default:
      return [...errors, notSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

export function validateRoleBindingUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const ref = raw(object['roleRef']);
  if (sameJson(ref, current['roleRef'])) return [];
  const shown = { APIGroup: ref['apiGroup'], Kind: ref['kind'], Name: ref['name'] };
  return [invalidValue('roleRef', shown, 'cannot change roleRef')];
}
