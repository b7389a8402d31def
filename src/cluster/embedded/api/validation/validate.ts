/** Is the object acceptable? Names, labels and annotations for every kind, then the kind's own rules. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import type { FieldError } from './field-error.ts';

export function validateObject(_object: KubeObject, _kind: Kind): readonly FieldError[] {
  return [];
}

export function validateObjectUpdate(
  _object: KubeObject,
  _current: KubeObject,
  _kind: Kind,
  _subresource: string,
): readonly FieldError[] {
  return [];
}
