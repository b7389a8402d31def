/**
 * Questions that are answered and not stored: may I, who am I, what may I, whose token is this. Each is POSTed as an object
 * and comes back with its status filled in.
 */
import { type KubeObject, timestamp } from '../../../../kube/objects.ts';
import type { ServedType } from '../machinery.ts';
import { isAlive, serviceAccountUser } from './authenticate.ts';
import { type Attributes, authorize, grants, isAdministrator } from './authorize.ts';
import type { PolicyRule } from './default-roles.ts';
import type { ApiRequest, ServerContext, User } from './request.ts';
import { issuer } from './service-account-tokens.ts';

function review(group: string, kind: string, resource: string, namespaced = false): ServedType {
  return {
    id: group === '' ? resource : `${resource}.${group}`,
    group,
    version: 'v1',
    resource,
    kind,
    namespaced,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ['create'],
    subresources: [],
    storage: false,
  };
}

export const reviewTypes: readonly ServedType[] = [
  review('', 'Binding', 'bindings', true),
  review('authentication.k8s.io', 'SelfSubjectReview', 'selfsubjectreviews'),
  review('authentication.k8s.io', 'TokenReview', 'tokenreviews'),
  review('authorization.k8s.io', 'LocalSubjectAccessReview', 'localsubjectaccessreviews', true),
  review('authorization.k8s.io', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
  review('authorization.k8s.io', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews'),
  review('authorization.k8s.io', 'SubjectAccessReview', 'subjectaccessreviews'),
];

export function findReview(group: string, version: string, resource: string): ServedType | undefined {
  return reviewTypes.find((type) => type.group === group && type.version === version && type.resource === resource);
}

/** The reviewed object. `body` is what the client sent, of any shape: what is missing counts as empty. */
export function answerReview(
  type: ServedType,
  body: Record<string, unknown>,
  request: ApiRequest,
  context: ServerContext,
): KubeObject {
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const spec = asRecord(body['spec']);
  const base = { kind: type.kind, apiVersion, metadata: {} };
  const withSpec = (status: unknown): KubeObject => ({
    ...base,
    metadata: { ...asRecord(body['metadata']) },
    spec,
    status,
  });
  switch (type.resource) {
    case 'selfsubjectreviews':
      return {
        ...base,
        metadata: { creationTimestamp: timestamp(context.clock.now()) },
        status: { userInfo: userInfo(request.user) },
      };
    case 'selfsubjectaccessreviews':
      return withSpec(accessStatus(request.user, spec, context));
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews':
      return withSpec(accessStatus(subjectOf(spec), spec, context));
    case 'selfsubjectrulesreviews':
      return { ...withSpec(rulesStatus(request.user, textOf(spec['namespace']), context)) };
    default:
      return withSpec(tokenStatus(spec, context));
  }
}

function userInfo(user: User): Record<string, unknown> {
  return {
    username: user.name,
    ...(user.uid !== undefined && { uid: user.uid }),
    groups: user.groups,
    ...(user.extra && { extra: user.extra }),
  };
}

function subjectOf(spec: Record<string, unknown>): User {
  return { name: textOf(spec['user']), groups: asList(spec['groups']).map(String) };
}

function accessStatus(
  user: User,
  spec: Record<string, unknown>,
  { machinery }: ServerContext,
): Record<string, unknown> {
  const { allowed, reason } = authorize(user, attributesOf(spec), machinery);
  return { allowed, ...(reason !== '' && { reason }) };
}

function attributesOf(spec: Record<string, unknown>): Attributes {
  const path = asRecord(spec['nonResourceAttributes']);
  if (spec['nonResourceAttributes'] !== undefined) {
    return { type: 'path', verb: textOf(path['verb']), path: textOf(path['path']) };
  }
  const { namespace, verb, group, resource, subresource, name } = asRecord(spec['resourceAttributes']);
  return {
    type: 'resource',
    verb: textOf(verb),
    group: textOf(group),
    resource: textOf(resource),
    ...(textOf(subresource) !== '' && { subresource: textOf(subresource) }),
    ...(textOf(namespace) !== '' && { namespace: textOf(namespace) }),
    ...(textOf(name) !== '' && { name: textOf(name) }),
  };
}

function rulesStatus(user: User, namespace: string, { machinery }: ServerContext): Record<string, unknown> {
  const everything: readonly PolicyRule[] = [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ];
  const granted = grants(user, namespace, machinery).flatMap((grant) => grant.rules);
  const rules = isAdministrator(user) ? [...everything, ...granted] : granted;
  return {
    resourceRules: rules.filter((rule) => rule.nonResourceURLs === undefined),
    nonResourceRules: rules.filter((rule) => rule.nonResourceURLs !== undefined),
    incomplete: false,
  };
}

function tokenStatus(spec: Record<string, unknown>, { machinery, tokens }: ServerContext): Record<string, unknown> {
  const audiences = asList(spec['audiences']).map(String);
  const claims = tokens.verify(textOf(spec['token']), audiences[0]);
  if (!claims || !isAlive(claims, machinery)) return { user: {}, error: 'invalid bearer token' };
  return {
    authenticated: true,
    user: userInfo(serviceAccountUser(claims)),
    audiences: audiences.length > 0 ? audiences : [issuer],
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
