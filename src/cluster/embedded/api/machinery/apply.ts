/**
 * What happens to a server-side apply? The configuration is merged into the live object, fields that the applier claimed
 * last time and no longer claims go, and fields that somebody else owns with another value are a conflict, unless forced.
 */
import { type KubeObject, timestamp } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import { structSchema } from '../kinds/schema.ts';
import { type Shape, shapeOfKind } from '../kinds/shape.ts';
import type { RequestInfo, StatusError } from '../machinery.ts';
import {
  difference,
  emptySet,
  type FieldSet,
  intersection,
  isEmptySet,
  printPaths,
  sameSet,
  union,
} from '../patch/field-set.ts';
import { mergeApplied, removeFields } from '../patch/merge-applied.ts';
import { compareFields, fieldsOf } from '../patch/own-fields.ts';
import { typedProblem } from '../patch/typed-problems.ts';
import { required } from '../validation/field-error.ts';
import { apiVersionOf, type Core, clone } from './core.ts';
import { DecodeError, decode, isRecord } from './decode.ts';
import { decodeLoosely } from './decode-object.ts';
import { alreadyApplied, keepLastApplied } from './last-applied.ts';
import {
  identityOf,
  isSame,
  type Manager,
  printManagers,
  readManagers,
  stripUnowned,
  withoutReset,
} from './managed-fields.ts';
import { badRequest, failure, invalid, unexplained } from './status.ts';
import { commitCreate } from './write-create.ts';
import { commitUpdate } from './write-update.ts';

export interface Apply {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly patch: unknown;
  readonly request: RequestInfo;
}

/** Throws StatusError; 409 with a cause for each conflicting field. */
export function applyObject(core: Core, apply: Apply): KubeObject {
  const { kind, namespace, name, request } = apply;
  const config = checkedConfig(apply);
  const shape = shapeOfKind(kind.schema);
  const claimed = withoutReset(stripUnowned(fieldsOf(config, shape)), kind, request.subresource ?? '');
  const identity = identityOf(apply, 'Apply');
  const now = timestamp(core.clock.now());
  const current = core.store.find(kind.id, namespace, name);
  if (!current) {
    const object = asObject(kind, config);
    object.metadata.name = name;
    return commitCreate(
      core,
      { kind, namespace, object, request },
      printManagers([{ ...identity, fields: claimed, time: now }]),
    );
  }
  const managers = readManagers(current.metadata.managedFields ?? []);
  const mine = managers.find((manager) => isSame(manager, identity));
  const others = managers.filter((manager) => manager !== mine);
  const merged = merge(current, config, shape, difference(mine?.fields ?? emptySet, claimed), others);
  const { changed, removed } = compareFields(current, merged, shape);
  const touched = stripUnowned(changed);
  if (!request.force) refuseConflicts(others, difference(touched, alreadyApplied(current, shape, request)), claimed);
  const next: Manager = {
    ...identity,
    fields: claimed,
    time: mine && sameSet(mine.fields, claimed) && isEmptySet(touched) ? mine.time : now,
  };
  const kept = others.map((other) => ({ ...other, fields: difference(difference(other.fields, touched), removed) }));
  const object = asObject(kind, merged as Record<string, unknown>);
  keepLastApplied(object, config, request);
  return commitUpdate(core, { kind, namespace, object, current, request }, printManagers([...kept, next]));
}

/** The live object with the configuration, less what only this applier held. */
function merge(
  current: KubeObject,
  config: Record<string, unknown>,
  shape: Shape,
  dropped: FieldSet,
  others: readonly Manager[],
): unknown {
  const heldByOthers = others.reduce((sum, { fields }) => union(sum, fields), emptySet);
  const orphaned = difference(dropped, heldByOthers);
  const { managedFields: _managed, ...metadata } = current.metadata;
  const live = clone({ ...current, metadata });
  const pruned = removeFields(live, protectParents(orphaned, heldByOthers), shape);
  return mergeApplied(pruned, clone(config), shape);
}

/** An item or map goes as a whole only if nobody else owns something inside it. */
function protectParents(set: FieldSet, held: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [key, child] of set.children) {
    const other = held.children.get(key);
    children.set(key, other ? { ...protectParents(child, other), self: child.self && isEmptySet(other) } : child);
  }
  return { self: set.self, children };
}

function refuseConflicts(others: readonly Manager[], touched: FieldSet, claimed: FieldSet): void {
  const conflicts = others.flatMap((manager) => {
    const both = intersection(intersection(manager.fields, touched), claimed);
    return printPaths(both).map((path) => ({ manager: printManager(manager), path }));
  });
  if (conflicts.length === 0) return;
  const error = failure(409, 'Conflict', conflictMessage(conflicts), {
    causes: conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${manager}`,
      field: path,
    })),
  });
  throw error;
}

function conflictMessage(conflicts: readonly { manager: string; path: string }[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first)
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`;
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort();
  const parts = managers.map((manager) => {
    const paths = conflicts.filter((conflict) => conflict.manager === manager).map(({ path }) => `- ${path}`);
    return `conflicts with ${manager}:\n${paths.join('\n')}`;
  });
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`;
}

function printManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const who = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Update' ? `${who} using ${apiVersion}` : who;
}

/** The configuration as the applier wrote it: checked, without defaults, without the zero values of Go. */
function checkedConfig({ kind, namespace, name, patch, request }: Apply): Record<string, unknown> {
  if (!request.fieldManager) {
    throw invalid('meta.k8s.io', 'PatchOptions', '', [required('fieldManager', 'is required for apply patch')]);
  }
  if (!isRecord(patch))
    throw badRequest('error decoding YAML: json: cannot unmarshal into Go value of type map[string]interface {}');
  const version = apiVersionOf(kind);
  if (patch['apiVersion'] !== version || patch['kind'] !== kind.kind) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${String(patch['apiVersion'])}, expected: ${version}`,
    );
  }
  const metadata = isRecord(patch['metadata']) ? patch['metadata'] : {};
  if (metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  if (metadata['name'] !== undefined && metadata['name'] !== name) {
    throw badRequest(
      `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
    );
  }
  checkTypes(kind, patch, `${namespace ?? ''}/${name}; ${kind.group}/${kind.version}, Kind=${kind.kind}`);
  return patch;
}

function checkTypes(kind: Kind, patch: Record<string, unknown>, what: string): void {
  const refuse = (why: string): StatusError => unexplained(`failed to create typed patch object (${what}): ${why}`);
  try {
    const schema = kind.schema === undefined ? undefined : structSchema(kind.schema);
    const problem = schema && typedProblem(schema, patch);
    if (problem !== undefined) throw refuse(problem);
    const { unknown } = schema ? decode(schema, patch, 'json') : decodeLoosely(patch, kind);
    if (unknown.length > 0) throw refuse(unknown.map((path) => `.${path}: field not declared in schema`).join('\n'));
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(error.message);
    throw error;
  }
}

function asObject(kind: Kind, value: Record<string, unknown>): KubeObject {
  const schema = kind.schema === undefined ? undefined : structSchema(kind.schema);
  const decoded = schema ? decode(schema, value, 'json').value : decodeLoosely(value, kind).value;
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), ...decoded } as KubeObject;
}
