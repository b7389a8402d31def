/** Which objects does `fieldSelector=` mean? Each kind supports a few fields; others are refused in the kind's own words. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { ResourceId } from '../machinery.ts';
import { badRequest } from './status.ts';

export type ObjectMatcher = (object: KubeObject) => boolean;

interface Term {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
  (field) => `involvedObject.${field}`,
);

/** Beyond metadata.name and metadata.namespace: pkg/apis/core/v1/conversion.go. */
const supported: Readonly<Record<ResourceId, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  events: [...involved, 'reason', 'reportingComponent', 'source', 'type'],
  replicationcontrollers: ['status.replicas'],
  'replicasets.apps': ['status.replicas'],
  'jobs.batch': ['status.successful'],
  'certificatesigningrequests.certificates.k8s.io': ['spec.signerName'],
};

/** These say `field label not supported: x` instead of naming what they know. */
const curt: ReadonlySet<ResourceId> = new Set([
  'pods',
  'nodes',
  'namespaces',
  'secrets',
  'services',
  'events',
  'replicationcontrollers',
  'replicasets.apps',
  'jobs.batch',
  'certificatesigningrequests.certificates.k8s.io',
]);

/** Throws the 400 of a selector that the kind does not support. `versionedResource` as `/v1, Resource=pods`, for the message. */
export function parseFieldSelector(id: ResourceId, text: string, versionedResource = ''): ObjectMatcher {
  const terms = split(text).map((term) => parseTerm(term, text, versionedResource));
  for (const { field } of terms) checkField(id, field, text, versionedResource);
  return (object) => terms.every(({ field, value, equal }) => (fieldValue(id, object, field) === value) === equal);
}

/** Commas and equal signs may be escaped by a backslash. */
function split(text: string): string[] {
  const terms = text.match(/(?:\\.|[^,\\])+/g);
  return terms ?? [];
}

function parseTerm(term: string, text: string, versionedResource: string): Term {
  const match = /^((?:\\.|[^=!\\])*)(!=|==|=)(.*)$/s.exec(term);
  if (!match) throw cannotFind(versionedResource, text, `invalid selector: '${term}'; can't understand '${term}'`);
  const [, field = '', operator = '', value = ''] = match;
  return { field, value: value.replaceAll(/\\([\\,=])/g, '$1'), equal: operator !== '!=' };
}

function checkField(id: ResourceId, field: string, text: string, versionedResource: string): void {
  if (field === 'metadata.name' || field === 'metadata.namespace' || supported[id]?.includes(field)) return;
  if (curt.has(id)) throw cannotFind(versionedResource, text, `field label not supported: ${field}`);
  throw cannotFind(
    versionedResource,
    text,
    `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

function cannotFind(versionedResource: string, text: string, why: string): Error {
  if (versionedResource === '') return badRequest(why);
  return badRequest(
    `Unable to find ${JSON.stringify(versionedResource)} that match label selector "", field selector ${JSON.stringify(text)}: ${why}`,
  );
}

function fieldValue(id: ResourceId, object: KubeObject, field: string): string {
  if (id === 'events' && field === 'source')
    return String(read(object, 'source.component') ?? read(object, 'reportingComponent') ?? '');
  if (id === 'jobs.batch' && field === 'status.successful') return String(read(object, 'status.succeeded') ?? 0);
  const value = read(object, field);
  if (value === undefined || value === null) return defaultOf(field);
  return String(value);
}

/** Go's zero value as text. */
function defaultOf(field: string): string {
  if (field === 'spec.unschedulable' || field === 'spec.hostNetwork') return 'false';
  return field === 'status.replicas' ? '0' : '';
}

function read(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
