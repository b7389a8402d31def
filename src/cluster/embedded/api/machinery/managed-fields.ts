/**
 * Who owns which fields of an object? `metadata.managedFields` as the real server keeps it: an entry for each manager,
 * operation and subresource, brought up to date by what a write changed.
 */
import { type KubeObject, timestamp } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import { structSchema } from '../kinds/schema.ts';
import { shapeOfKind } from '../kinds/shape.ts';
import {
  difference,
  emptySet,
  type FieldSet,
  fieldSet,
  isEmptySet,
  parseFieldsV1,
  printFieldsV1,
  sameSet,
  union,
} from '../patch/field-set.ts';
import { compareFields } from '../patch/own-fields.ts';
import { apiVersionOf, type Core, type Draft, sameJson } from './core.ts';
import { decode } from './decode.ts';

export type ManagedFields = NonNullable<KubeObject['metadata']['managedFields']>;

export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

/** Nobody owns these: the server writes them. */
const unowned: FieldSet = toSet({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});

function toSet(value: unknown): FieldSet {
  return parseFieldsV1(value);
}

/** The new managedFields after an ordinary write. `current` undefined: a creation, compared with the zero object. */
export function recordUpdate(core: Core, draft: Draft, current: KubeObject | undefined): ManagedFields | undefined {
  const { kind, object, request } = draft;
  const shape = shapeOfKind(kind.schema);
  const { changed, removed } = compareFields(current ?? zeroObject(kind), object, shape);
  const mine = withoutReset(difference(changed, unowned), kind, request.subresource ?? '');
  const before = readManagers(entriesOf(object, current));
  if (isEmptySet(mine) && isEmptySet(difference(removed, unowned)))
    return before.length > 0 ? printManagers(before) : undefined;
  const identity = identityOf(draft, 'Update');
  const known = before.find((manager) => isSame(manager, identity));
  const others = before
    .filter((manager) => manager !== known)
    .map((manager) => ({ ...manager, fields: difference(difference(manager.fields, mine), removed) }));
  const fields = union(difference(known?.fields ?? emptySet, removed), mine);
  const next: Manager = {
    ...identity,
    fields,
    time: known && sameSet(known.fields, fields) && isEmptySet(mine) ? known.time : timestamp(core.clock.now()),
  };
  return printManagers([...others, next]);
}

/** What the client sent, if it is not the same: what is stored has been read before. */
function entriesOf(object: KubeObject, current: KubeObject | undefined): ManagedFields {
  const stored = current?.metadata.managedFields ?? [];
  const sent = object.metadata.managedFields ?? stored;
  return sameJson(sent, stored) ? stored : sent;
}

export function identityOf(
  { kind, request }: Pick<Draft, 'kind' | 'request'>,
  operation: Manager['operation'],
): Omit<Manager, 'fields' | 'time'> {
  return {
    manager: request.fieldManager ?? 'unknown',
    operation,
    apiVersion: apiVersionOf(kind),
    subresource: request.subresource ?? '',
  };
}

export function isSame(a: Omit<Manager, 'fields' | 'time'>, b: Omit<Manager, 'fields' | 'time'>): boolean {
  const versions = a.operation === 'Apply' || a.apiVersion === b.apiVersion;
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource && versions;
}

/** What a write through one door cannot own: status by the main resource, everything else by `/status`. */
export function withoutReset(set: FieldSet, kind: Kind, subresource: string): FieldSet {
  if (!kind.statusSubresource) return set;
  const own = (key: string): boolean =>
    subresource === 'status' ? key === 'f:status' || key === 'f:metadata' : key !== 'f:status';
  return fieldSet(false, new Map([...set.children].filter(([key]) => own(key))));
}

export function stripUnowned(set: FieldSet): FieldSet {
  return difference(set, unowned);
}

export function readManagers(entries: ManagedFields): Manager[] {
  return entries.map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time ?? '',
    fields: parseFieldsV1(entry.fieldsV1),
  }));
}

/** Managers that own nothing any more are left out; the order is that of the real server. */
export function printManagers(managers: readonly Manager[]): ManagedFields {
  const kept = managers.filter((manager) => !isEmptySet(manager.fields));
  const key = (m: Manager): string => [m.operation, m.time, m.manager, m.apiVersion, m.subresource].join('\u0000');
  kept.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return kept.map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    manager,
    operation,
    apiVersion,
    ...(time && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: printFieldsV1(fields),
    ...(subresource && { subresource }),
  }));
}

const zeros = new Map<string, unknown>();

/** What Go's encoder writes for a type with nothing set: its structs are there, so nobody owns them as such. */
function zeroObject(kind: Kind): unknown {
  if (kind.schema === undefined) return { metadata: {} };
  const known = zeros.get(kind.schema);
  if (known) return known;
  const schema = structSchema(kind.schema);
  const zero = schema ? decode(schema, {}, 'json').value : { metadata: {} };
  zeros.set(kind.schema, zero);
  return zero;
}
