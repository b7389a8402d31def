/** Is the metadata acceptable? k8s.io/apimachinery/pkg/api/validation/objectmeta.go. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind, NameRule } from '../kinds/kind.ts';
import { validateLabels } from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from './field-error.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems, pathSegmentProblems } from './names.ts';

const maxAnnotationBytes = 262_144;
const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

const nameRules: Readonly<Record<NameRule, (name: string) => string[]>> = {
  subdomain: dnsSubdomainProblems,
  label: dnsLabelProblems,
  service: dnsLabelProblems,
  segment: pathSegmentProblems,
};

export function validateMetadata(object: KubeObject, kind: Kind): FieldError[] {
  const { metadata } = object;
  const check = nameRules[kind.nameRule];
  const { name = '', generateName = '', namespace = '' } = metadata;
  const errors: FieldError[] = [];
  if (generateName !== '') {
    const stem = generateName.endsWith('-') ? `${generateName.slice(0, -1)}a` : generateName;
    errors.push(...check(stem).map((problem) => invalidValue('metadata.generateName', generateName, problem)));
  }
  errors.push(...check(name).map((problem) => invalidValue('metadata.name', name, problem)));
  if (kind.namespaced) {
    if (namespace === '') errors.push(required('metadata.namespace'));
    else
      errors.push(
        ...dnsLabelProblems(namespace).map((problem) => invalidValue('metadata.namespace', namespace, problem)),
      );
  } else if (namespace !== '') errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  errors.push(...validateLabels(metadata.labels, 'metadata.labels'), ...validateAnnotations(metadata.annotations));
  errors.push(...validateOwners(metadata.ownerReferences ?? []), ...validateFinalizers(metadata.finalizers ?? []));
  return errors;
}

export function validateMetadataUpdate(object: KubeObject, current: KubeObject, kind: Kind): FieldError[] {
  const errors = validateMetadata(object, kind);
  if (!current.metadata.deletionTimestamp) return errors;
  const before = new Set(current.metadata.finalizers ?? []);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length === 0) return errors;
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [...errors, forbiddenField('metadata.finalizers', why)];
}

/** Keys may have capitals in their prefix; values are free, their sum is not. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field = 'metadata.annotations',
): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.push(...labelKeyProblems(key.toLowerCase()).map((problem) => invalidValue(field, key, problem)));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes > maxAnnotationBytes ? [...errors, tooLong(field, maxAnnotationBytes)] : errors;
}

function validateOwners(owners: NonNullable<KubeObject['metadata']['ownerReferences']>): FieldError[] {
  const field = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const owner of owners) {
    if (!owner.apiVersion)
      errors.push(invalidValue(`${field}.apiVersion`, owner.apiVersion, 'version must not be empty'));
    if (!owner.kind) errors.push(invalidValue(`${field}.kind`, owner.kind, 'kind must not be empty'));
    if (!owner.name) errors.push(invalidValue(`${field}.name`, owner.name, 'name must not be empty'));
    if (!owner.uid) errors.push(invalidValue(`${field}.uid`, owner.uid, 'uid must not be empty'));
    if (!owner.controller) continue;
    const me = `${owner.kind}/${owner.name}`;
    if (controller === undefined) controller = me;
    else {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${me}`;
      errors.push(invalidValue(field, owners, why));
    }
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  return finalizers.flatMap((finalizer, index) => {
    const field = `metadata.finalizers[${index}]`;
    const problems = labelKeyProblems(finalizer).map((problem) => invalidValue(field, finalizer, problem));
    if (finalizer.includes('/') || standardFinalizers.has(finalizer)) return problems;
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    return [...problems, invalidValue(field, finalizer, why)];
  });
}
