/** What does the server accept and advise against? Texts of `Warning:` headers, by kind. */
import { isIPv6 } from 'node:net';
import { type Cidr, parseCidr } from '../../../../kube/cidr.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import type { ResourceId } from '../machinery.ts';
import { type Raw, raw, rawList, strings, text } from './checks.ts';
import { dnsLabelProblems } from './names.ts';
import { podWarnings } from './pod-warnings.ts';

/** Where kinds keep the template of their pods. */
const templates: Readonly<Record<ResourceId, string>> = {
  'deployments.apps': 'spec.template',
  'replicasets.apps': 'spec.template',
  'daemonsets.apps': 'spec.template',
  'statefulsets.apps': 'spec.template',
  replicationcontrollers: 'spec.template',
  'jobs.batch': 'spec.template',
  'cronjobs.batch': 'spec.jobTemplate.spec.template',
};

/** Kinds after which pods are named. */
const named: ReadonlySet<ResourceId> = new Set([
  'deployments.apps',
  'replicasets.apps',
  'jobs.batch',
  'cronjobs.batch',
]);

/** For a create, or with `current` an update: of pods nobody is warned then, of names neither. */
export function warningsOf(id: ResourceId, object: KubeObject, current?: KubeObject): readonly string[] {
  const { name = '' } = object.metadata;
  if (id === 'pods') {
    return current ? [] : [...hostnameWarnings(name, "used in the Pod's hostname"), ...podWarnings(object, '')];
  }
  const place = templates[id];
  if (place !== undefined) {
    if (current && current.metadata.generation === object.metadata.generation) return [];
    const template = place.split('.').reduce<Raw>((at, key) => raw(at[key]), object);
    const hostname = !current && named.has(id) ? hostnameWarnings(name, 'used in Pod names and hostnames') : [];
    return [...hostname, ...podWarnings(template, place)];
  }
  if (id === 'networkpolicies.networking.k8s.io') return policyWarnings(raw(object['spec']));
  if (id === 'ingresses.networking.k8s.io' && !current) return classWarnings(object);
  return id === 'services' ? serviceWarnings(raw(object['spec'])) : [];
}

function hostnameWarnings(name: string, use: string): string[] {
  const problems = name.includes('.') ? ['must not contain dots'] : dnsLabelProblems(name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is ${use}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(', ')}]`,
  ];
}

function policyWarnings(spec: Raw): string[] {
  return (
    [
      ['ingress', 'from'],
      ['egress', 'to'],
    ] as const
  ).flatMap(([list, peers]) =>
    rawList(spec[list]).flatMap((rule, index) =>
      rawList(rule[peers]).flatMap((peer, at) => {
        const block = raw(peer['ipBlock']);
        const field = `spec.${list}[${index}].${peers}[${at}].ipBlock`;
        return [
          ...cidrWarnings(text(block['cidr']), `${field}.cidr`),
          ...strings(block['except']).flatMap((except, hole) => cidrWarnings(except, `${field}.except[${hole}]`)),
        ];
      }),
    ),
  );
}

/** IPv6 may be written in many ways; one is preferred. */
function cidrWarnings(value: string, field: string): string[] {
  const cidr = parseCidr(value);
  if (cidr?.family !== 6) return [];
  const canonical = `${printIpv6(cidr)}/${cidr.prefix}`;
  if (canonical === value) return [];
  return [`${field}: IPv6 CIDR value "${value}" should be in RFC 5952 canonical format ("${canonical}")`];
}

function printIpv6({ base }: Cidr): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((base >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  const full = groups.join(':');
  return isIPv6(full) ? new URL(`http://[${full}]`).hostname.slice(1, -1) : full;
}

function classWarnings(object: KubeObject): string[] {
  const annotation = 'kubernetes.io/ingress.class';
  if (object.metadata.annotations?.[annotation] === undefined) return [];
  return [`annotation "${annotation}" is deprecated, please use 'spec.ingressClassName' instead`];
}

function serviceWarnings(spec: Raw): string[] {
  const external = spec['type'] === 'ExternalName';
  const sticky = spec['sessionAffinity'] === 'ClientIP';
  return [
    ...(external && strings(spec['externalIPs']).length > 0
      ? ['spec.externalIPs is ignored when spec.type is "ExternalName"']
      : []),
    ...(spec['clusterIP'] === 'None' && !external && sticky
      ? ['spec.SessionAffinity is ignored for headless services']
      : []),
  ];
}
