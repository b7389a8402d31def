/** kubectl create role, clusterrole, rolebinding, clusterrolebinding, poddisruptionbudget, priorityclass. */
import type { KubeObject } from '../../kube/objects.ts';
import { formatSelector } from '../../kube/selectors.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { flag, refused } from '../flags/spec.ts';
import { parseSelectorText } from '../resources/selector-text.ts';
import { resolveType } from '../resources/types.ts';
import { generatorCommand } from './generate.ts';

const rbac = 'rbac.authorization.k8s.io';

const ruleFlags = [
  flag('verb', 'list', { help: 'Verb that applies to the resources contained in the rule' }),
  flag('resource', 'list', { help: 'Resource that the rule applies to' }),
  flag('resource-name', 'array', { help: 'Resource in the white list that the rule applies to' }),
];

const subjectFlags = [
  flag('user', 'array', { help: 'Usernames to bind to the role.' }),
  flag('group', 'array', { help: 'Groups to bind to the role.' }),
  flag('serviceaccount', 'array', { help: 'Service accounts to bind to the role, in the format <namespace>:<name>.' }),
  flag('clusterrole', 'string', { help: 'ClusterRole this binding should reference' }),
];

export const accessGenerators: readonly Command[] = [
  generatorCommand({
    name: 'role',
    short: 'Create a role with single rule',
    usage: 'NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename]',
    flags: ruleFlags,
    resource: `roles.${rbac}`,
    build: async (call, name) => ({
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name },
      rules: await rulesOf(call),
    }),
  }),
  generatorCommand({
    name: 'clusterrole',
    short: 'Create a cluster role',
    usage: 'NAME --verb=verb --resource=resource.group [--resource-name=resourcename]',
    flags: [
      ...ruleFlags,
      ...refused('string', 'aggregation-rule'),
      flag('non-resource-url', 'list', { help: 'A partial url that user should have access to.' }),
    ],
    resource: `clusterroles.${rbac}`,
    build: async (call, name) => ({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: await rulesOf(call),
    }),
  }),
  generatorCommand({
    name: 'rolebinding',
    short: 'Create a role binding for a particular role or cluster role',
    usage:
      'NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]',
    flags: [...subjectFlags, flag('role', 'string', { help: 'Role this RoleBinding should reference' })],
    resource: `rolebindings.${rbac}`,
    failure: 'rolebinding',
    build: (call, name) => binding(call, name, 'RoleBinding'),
  }),
  generatorCommand({
    name: 'clusterrolebinding',
    short: 'Create a cluster role binding for a particular cluster role',
    usage:
      'NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]',
    flags: subjectFlags,
    required: ['clusterrole'],
    resource: `clusterrolebindings.${rbac}`,
    failure: 'clusterrolebinding',
    build: (call, name) => binding(call, name, 'ClusterRoleBinding'),
  }),
  generatorCommand({
    name: 'poddisruptionbudget',
    aliases: ['pdb'],
    short: 'Create a pod disruption budget with the specified name',
    usage: 'NAME --selector=SELECTOR --min-available=N',
    flags: [
      flag('selector', 'string', { help: 'A label selector to use for this budget.' }),
      flag('min-available', 'string', {
        help: 'The minimum number or percentage of available pods this budget requires.',
      }),
      flag('max-unavailable', 'string', {
        help: 'The maximum number or percentage of unavailable pods this budget requires.',
      }),
    ],
    required: ['selector'],
    resource: 'poddisruptionbudgets.policy',
    failure: 'poddisruptionbudgets',
    build: disruptionBudget,
  }),
];

async function rulesOf({ session, flags }: Call): Promise<object[]> {
  const verbs = [...new Set(flags.list('verb'))];
  if (verbs.length === 0) throw new KubectlError('at least one verb must be specified');
  const urls = flags.list('non-resource-url');
  if (urls.length > 0) return [{ verbs, nonResourceURLs: urls }];
  const words = flags.list('resource');
  if (words.length === 0) throw new KubectlError('at least one resource must be specified');
  const names = flags.list('resource-name');
  const byGroup = new Map<string, string[]>();
  for (const word of words) {
    const [path = '', sub] = word.split('/');
    const type = await resolveType(session, path);
    byGroup.set(type.group, [...(byGroup.get(type.group) ?? []), sub ? `${type.resource}/${sub}` : type.resource]);
  }
  return [...byGroup].map(([group, resources]) => ({
    apiGroups: [group],
    resources,
    verbs,
    ...(names.length > 0 && { resourceNames: names }),
  }));
}

function binding({ flags }: Call, name: string, kind: 'RoleBinding' | 'ClusterRoleBinding'): KubeObject {
  const role = kind === 'RoleBinding' ? flags.string('role') : '';
  const clusterRole = flags.string('clusterrole');
  if ((role === '') === (clusterRole === ''))
    throw new KubectlError('exactly one of clusterrole or role must be specified');
  const person = (type: 'User' | 'Group', value: string) => ({ kind: type, apiGroup: rbac, name: value });
  const accounts = flags.list('serviceaccount').map((text) => {
    const [namespace = '', account = '', ...more] = text.split(':');
    if (namespace === '' || account === '' || more.length > 0)
      throw new KubectlError('serviceaccount must be <namespace>:<name>');
    return { kind: 'ServiceAccount', name: account, namespace };
  });
  const subjects = [
    ...flags.list('user').map((user) => person('User', user)),
    ...flags.list('group').map((group) => person('Group', group)),
    ...accounts,
  ];
  return {
    apiVersion: `${rbac}/v1`,
    kind,
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: role ? 'Role' : 'ClusterRole', name: role || clusterRole },
    ...(subjects.length > 0 && { subjects }),
  };
}

function disruptionBudget({ flags }: Call, name: string): KubeObject {
  const [minimum, maximum] = [flags.string('min-available'), flags.string('max-unavailable')];
  if ((minimum === '') === (maximum === ''))
    throw new KubectlError('one of min-available or max-unavailable must be specified');
  const amount = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);
  const requirements = parseSelectorText(flags.string('selector'));
  const equal = requirements.filter(({ operator, values }) => operator === 'In' && values?.length === 1);
  const others = requirements.filter((requirement) => !equal.includes(requirement));
  const selector = {
    ...(equal.length > 0 && {
      matchLabels: Object.fromEntries(equal.map(({ key, values }) => [key, values?.[0] ?? ''])),
    }),
    ...(others.length > 0 && { matchExpressions: others }),
  };
  if (formatSelector(selector) === '<none>') throw new KubectlError('a selector must be specified');
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { selector, ...(minimum ? { minAvailable: amount(minimum) } : { maxUnavailable: amount(maximum) }) },
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  };
}
