/**
 * May this user do that? Administrators may do everything; others what the stored Roles and ClusterRoles bound to them say,
 * as Kubernetes' RBAC authorizer decides it (plugin/pkg/auth/authorizer/rbac).
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import { failure } from '../machinery/status.ts';
import type { Machinery, StatusError } from '../machinery.ts';
import { defaultClusterRoles, discoveryRules, type PolicyRule } from './default-roles.ts';
import type { User } from './request.ts';

export interface ResourceAttributes {
  readonly type: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface PathAttributes {
  readonly type: 'path';
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | PathAttributes;

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  /** Roles that bindings name and that do not exist. */
  readonly problems: readonly string[];
}

/** The groups that kubeadm makes administrators: certificates of its admin.conf and super-admin.conf. */
const administrators: ReadonlySet<string> = new Set(['system:masters', 'kubeadm:cluster-admins']);

export function isAdministrator(user: User): boolean {
  return user.groups.some((group) => administrators.has(group));
}

export function authorize(user: User, attributes: Attributes, machinery: Machinery): Decision {
  if (isAdministrator(user)) return { allowed: true, reason: '', problems: [] };
  const problems: string[] = [];
  const namespace = attributes.type === 'resource' ? attributes.namespace : undefined;
  for (const grant of grants(user, namespace, machinery, problems)) {
    if (grant.rules.some((rule) => permits(rule, attributes)))
      return { allowed: true, reason: grant.reason, problems: [] };
  }
  return { allowed: false, reason: problems.map((problem) => `RBAC: ${problem}`).join(', '), problems };
}

export interface Grant {
  readonly rules: readonly PolicyRule[];
  readonly reason: string;
}

/** Every rule set that counts for this user in this namespace; roles that do not exist are added to `problems`. */
export function grants(
  user: User,
  namespace: string | undefined,
  machinery: Machinery,
  problems: string[] = [],
): Grant[] {
  const found: Grant[] = [];
  if (user.groups.includes('system:authenticated')) found.push({ rules: discoveryRules, reason: '' });
  const consider = (binding: KubeObject, bindingNamespace: string | undefined): void => {
    const subject = subjectFor(binding, user, bindingNamespace);
    if (subject === undefined) return;
    const { kind = '', name = '' } = asRecord(binding['roleRef']) as { kind?: string; name?: string };
    const rules = rulesOf(machinery, kind, name, bindingNamespace);
    if (!rules) problems.push(`${kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`);
    else found.push({ rules, reason: reasonFor(binding, bindingNamespace, kind, name, subject) });
  };
  for (const binding of machinery.list('clusterrolebindings.rbac.authorization.k8s.io')) consider(binding, undefined);
  if (namespace !== undefined) {
    for (const binding of machinery.list('rolebindings.rbac.authorization.k8s.io', namespace))
      consider(binding, namespace);
  }
  return found;
}

function reasonFor(
  binding: KubeObject,
  namespace: string | undefined,
  kind: string,
  role: string,
  subject: string,
): string {
  const { name = '' } = binding.metadata;
  const where = namespace === undefined ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  return `RBAC: allowed by ${where} of ${kind} "${role}" to ${subject}`;
}

function subjectFor(binding: KubeObject, user: User, bindingNamespace: string | undefined): string | undefined {
  for (const entry of asList(binding['subjects'])) {
    const { kind, name = '', namespace = bindingNamespace ?? '' } = asRecord(entry) as Record<string, string>;
    if (kind === 'User' && user.name === name) return `User "${name}"`;
    if (kind === 'Group' && user.groups.includes(name)) return `Group "${name}"`;
    if (kind === 'ServiceAccount' && user.name === `system:serviceaccount:${namespace}:${name}`) {
      return `ServiceAccount "${name}/${namespace}"`;
    }
  }
  return undefined;
}

function rulesOf(
  machinery: Machinery,
  kind: string,
  name: string,
  namespace: string | undefined,
): readonly PolicyRule[] | undefined {
  const role =
    kind === 'ClusterRole'
      ? machinery.find('clusterroles.rbac.authorization.k8s.io', undefined, name)
      : machinery.find('roles.rbac.authorization.k8s.io', namespace, name);
  if (role) return asList(role['rules']).map((rule) => asRecord(rule) as PolicyRule);
  return kind === 'ClusterRole' ? defaultClusterRoles[name] : undefined;
}

export function permits(rule: PolicyRule, attributes: Attributes): boolean {
  if (!matches(rule.verbs, attributes.verb)) return false;
  if (attributes.type === 'path') {
    return (rule.nonResourceURLs ?? []).some(
      (url) => url === attributes.path || (url.endsWith('*') && attributes.path.startsWith(url.slice(0, -1))),
    );
  }
  const { group, resource, subresource, name } = attributes;
  if (!matches(rule.apiGroups, group)) return false;
  const wanted = subresource === undefined ? resource : `${resource}/${subresource}`;
  const resources = rule.resources ?? [];
  const covered = matches(resources, wanted) || (subresource !== undefined && resources.includes(`*/${subresource}`));
  if (!covered) return false;
  return !rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name));
}

function matches(patterns: readonly string[] | undefined, value: string): boolean {
  return patterns !== undefined && (patterns.includes('*') || patterns.includes(value));
}

/** 403 as kube-apiserver words it (responsewriters.ForbiddenStatusError). */
export function forbidden(user: User, attributes: Attributes, decision?: Decision): StatusError {
  const because = decision?.reason ? `: ${decision.reason}` : '';
  if (attributes.type === 'path') {
    return failure(
      403,
      'Forbidden',
      `forbidden: User "${user.name}" cannot ${attributes.verb} path "${attributes.path}"${because}`,
      {},
    );
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const head = name === undefined ? qualified : `${qualified} "${name}"`;
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${head} is forbidden: User "${user.name}" cannot ${verb} resource "${path}" in API group "${group}" ${scope}${because}`;
  return failure(403, 'Forbidden', message, {
    ...(name !== undefined && { name }),
    ...(group !== '' && { group }),
    kind: resource,
  });
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
