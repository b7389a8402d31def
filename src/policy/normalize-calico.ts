/**
 * Turns Calico's objects (projectcalico.org/v3, and crd.projectcalico.org/v1 of the same shape) into the normal form, as
 * libcalico-go's update processors do. The objects come from users, so every field is read with suspicion.
 */
import type { KubeObject } from '../kube/objects.ts';
import { calicoEntity, calicoSubject } from './calico-entity.ts';
import { parseCalicoSelector } from './calico-selector.ts';
import { type ServiceEndpoint, writtenEndpoints } from './calico-services.ts';
import { calicoTraffic } from './calico-traffic.ts';
import type { Direction, PolicyRef } from './model.ts';
import { parseNets } from './net.ts';
import type { Action, Normalized, NormalPolicy, NormalRule, NormalSet, NormalTier } from './normal.ts';
import { listOf, numberOf, recordOf, textOf, textsOf } from './untyped.ts';

/** Tiers that exist without anybody making them (libcalico-go, Calico 3.32). */
export const builtInTiers: readonly NormalTier[] = [
  { name: 'kube-admin', order: 1_000, defaultAction: 'Pass' },
  { name: 'default', order: 1_000_000, defaultAction: 'Deny' },
  { name: 'kube-baseline', order: 10_000_000, defaultAction: 'Pass' },
];

export function normalizeCalico(object: KubeObject): Normalized {
  const { kind = '' } = object;
  const { name = '', namespace } = object.metadata;
  const key = `${kind}/${namespace ?? ''}/${name}`;
  switch (kind) {
    case 'NetworkPolicy':
      return policyOf(object, key, {
        kind: 'CalicoNetworkPolicy',
        namespace: namespace ?? 'default',
        name,
        tier: tierOf(object),
      });
    case 'GlobalNetworkPolicy':
      return policyOf(object, key, { kind, name, tier: tierOf(object) });
    case 'NetworkSet':
      return { kind: 'set', set: setOf(object, key, namespace ?? 'default') };
    case 'GlobalNetworkSet':
      return { kind: 'set', set: setOf(object, key, undefined) };
    case 'Tier':
      return { kind: 'tier', tier: normalTier(name, recordOf(object['spec'])) };
    case 'StagedNetworkPolicy':
    case 'StagedGlobalNetworkPolicy':
    case 'StagedKubernetesNetworkPolicy':
      return { kind: 'ignored', key, why: 'staged policies are never enforced' };
    default:
      return { kind: 'ignored', key, why: `${kind} carries no policy` };
  }
}

/** What is wrong with the object's selectors: Calico refuses them at the API, so this engine lets them select nothing. */
export function calicoSelectorProblems(
  object: KubeObject,
): readonly { readonly field: string; readonly error: string }[] {
  const problems: { field: string; error: string }[] = [];
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((item, index) => void visit(item, `${path}[${index}]`));
    else if (typeof value === 'string' && /[sS]elector$/.test(path)) {
      const parsed = parseCalicoSelector(value);
      if ('error' in parsed) problems.push({ field: path, error: parsed.error });
    } else for (const [field, item] of Object.entries(recordOf(value))) visit(item, `${path}.${field}`);
  };
  visit(object['spec'], 'spec');
  return problems;
}

function policyOf(object: KubeObject, key: string, ref: PolicyRef): Normalized {
  const spec = recordOf(object['spec']);
  // Host endpoints only: they do not touch a workload's traffic.
  if (spec['preDNAT'] === true || spec['doNotTrack'] === true) {
    return { kind: 'ignored', key, why: 'preDNAT and doNotTrack policies apply to host endpoints only' };
  }
  const types = calicoTypes(spec);
  const kindName = ref.kind === 'CalicoNetworkPolicy' ? 'NetworkPolicy' : ref.kind;
  const policy: NormalPolicy = {
    key,
    ref,
    object,
    order: numberOf(spec['order']) ?? Number.POSITIVE_INFINITY,
    tieBreak: `${ref.name}/${ref.namespace ?? ''}/${kindName}`,
    subject: calicoSubject(spec, ref.namespace),
    rules: {
      ...(types.includes('Ingress') && { Ingress: rulesOf(spec['ingress'], ref) }),
      ...(types.includes('Egress') && { Egress: rulesOf(spec['egress'], ref) }),
    },
  };
  return { kind: 'policy', policy };
}

/** Absent types: those of the directions that have rules, Ingress where neither has (clientv3 defaultPolicyTypesField). */
function calicoTypes(spec: Readonly<Record<string, unknown>>): readonly Direction[] {
  const given = textsOf(spec['types']).map((type) => type.toLowerCase());
  const ingress = given.length > 0 ? given.includes('ingress') : listOf(spec['ingress']).length > 0;
  const egress = given.length > 0 ? given.includes('egress') : listOf(spec['egress']).length > 0;
  if (given.length === 0 && !egress) return ['Ingress'];
  return [...(ingress ? (['Ingress'] as const) : []), ...(egress ? (['Egress'] as const) : [])];
}

function rulesOf(value: unknown, ref: PolicyRef): NormalRule[] {
  return listOf(value).flatMap((item, index) => {
    const rule = recordOf(item);
    const action = actionOf(rule['action']);
    const source = calicoEntity(recordOf(rule['source']), ref.namespace);
    const destination = calicoEntity(recordOf(rule['destination']), ref.namespace);
    const normal: NormalRule = {
      index,
      action,
      traffic: calicoTraffic(rule, destination?.selector),
      source: source && [source],
      destination: destination && [destination],
      decision: { by: 'rule', policy: ref, ruleIndex: index, action: action === 'Log' ? 'Pass' : action },
    };
    const endpoints = writtenEndpoints(recordOf(rule['destination']));
    return endpoints ? endpoints.map((endpoint) => toEndpoint(normal, endpoint)) : [normal];
  });
}

/** One rule for each endpoint of a Service: its port goes with its address. */
function toEndpoint(rule: NormalRule, { ip, protocol, port }: ServiceEndpoint): NormalRule {
  const ports = { ranges: [{ from: port, to: port }], names: [] };
  return { ...rule, traffic: [{ protocol, ports }], destination: [{ nets: parseNets([ip]) }] };
}

/** An action that Calico does not know is refused at its API; a rule read from a file fails closed. */
function actionOf(value: unknown): Action {
  const text = textOf(value)?.toLowerCase();
  if (text === 'allow') return 'Allow';
  if (text === 'pass' || text === 'next-tier') return 'Pass';
  return text === 'log' ? 'Log' : 'Deny';
}

function tierOf(object: KubeObject): string {
  return textOf(recordOf(object['spec'])['tier']) || 'default';
}

function normalTier(name: string, spec: Readonly<Record<string, unknown>>): NormalTier {
  return {
    name,
    order: numberOf(spec['order']) ?? Number.POSITIVE_INFINITY,
    defaultAction: spec['defaultAction'] === 'Pass' ? 'Pass' : 'Deny',
  };
}

function setOf(object: KubeObject, key: string, namespace: string | undefined): NormalSet {
  const nets = parseNets(textsOf(recordOf(object['spec'])['nets']));
  return { key, namespace, labels: object.metadata.labels ?? {}, nets };
}
