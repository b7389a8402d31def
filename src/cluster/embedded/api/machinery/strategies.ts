/**
 * What is special about a kind on its way into the store? Defaults, fields that the server fills, validation, warnings,
 * collected per kind; what is not listed has none.
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import { defaultsOf } from '../defaults/defaults.ts';
import type { Kind } from '../kinds/kind.ts';
import type { FieldError } from '../validation/field-error.ts';
import { validateObject, validateObjectUpdate } from '../validation/validate.ts';
import { warningsOf } from '../validation/warnings.ts';
import type { Core, Draft } from './core.ts';
import { preparationOf } from './prepare.ts';

export interface Strategy {
  /** Idempotent; `object` is changed in place. */
  applyDefaults(object: KubeObject): void;
  /** What the server allocates or resets. Throws StatusError. */
  prepareForCreate(core: Core, draft: Draft): void;
  prepareForUpdate(core: Core, draft: Draft & { current: KubeObject }): void;
  validate(object: KubeObject, kind: Kind): readonly FieldError[];
  validateUpdate(object: KubeObject, current: KubeObject, draft: Draft): readonly FieldError[];
  /** `current` where it is an update. */
  warnings(object: KubeObject, current?: KubeObject): readonly string[];
}

export function strategyOf(kind: Kind): Strategy {
  const preparation = preparationOf(kind);
  return {
    applyDefaults: defaultsOf(kind.id),
    prepareForCreate: preparation.create,
    prepareForUpdate: preparation.update,
    validate: validateObject,
    validateUpdate: (object, current, draft) =>
      validateObjectUpdate(object, current, draft.kind, draft.request.subresource ?? ''),
    warnings: (object, current) => warningsOf(kind.id, object, current),
  };
}
