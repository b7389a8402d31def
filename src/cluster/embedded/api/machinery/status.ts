/**
 * How does the server say no? One constructor per refusal, with the words, reason, code and details of Kubernetes
 * (k8s.io/apimachinery/pkg/api/errors): people search the web for these sentences.
 */
import type { ResourceType, Status } from '../../../../kube/objects.ts';
import { StatusError } from '../machinery.ts';
import { type FieldError, fieldErrorBody } from '../validation/field-error.ts';

type Named = Pick<ResourceType, 'group' | 'resource' | 'kind'>;
type Details = NonNullable<Status['details']>;

export function failure(code: number, reason: string, message: string, details?: Details): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details && { details }),
    code,
  });
}

/** An error of the real server that it never gave a reason: kubectl prints it without one. */
export function unexplained(message: string): StatusError {
  return new StatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });
}

export function success(type: Named, name: string, uid: string | undefined): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(type.group && { group: type.group }), kind: type.resource, ...(uid && { uid }) },
  };
}

export function notFound(type: Named, name: string): StatusError {
  return failure(404, 'NotFound', `${qualified(type)} "${name}" not found`, detailsOf(type, name));
}

export function alreadyExists(type: Named, name: string): StatusError {
  return failure(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, detailsOf(type, name));
}

/** `why` is the sentence behind the name. */
export function conflict(type: Named, name: string, why: string): StatusError {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    detailsOf(type, name),
  );
}

export const staleMessage =
  'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(type: Named, name: string, why: string): StatusError {
  const what = name === '' ? qualified(type) : `${qualified(type)} "${name}"`;
  return failure(403, 'Forbidden', `${what} is forbidden: ${why}`, detailsOf(type, name));
}

export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}

export function methodNotAllowed(): StatusError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function rejectedPatch(): StatusError {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** `kind` and `name` may be empty: errors about a patch itself name no object. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): StatusError {
  const texts = errors.map((error) => `${error.field}: ${fieldErrorBody(error)}`);
  const aggregate = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const qualifiedKind = group === '' ? kind : `${kind}.${group}`;
  return failure(422, 'Invalid', `${qualifiedKind} ${JSON.stringify(name)} is invalid: ${aggregate}`, {
    ...(name && { name }),
    ...(group && { group }),
    ...(kind && { kind }),
    causes: errors.map((error) => ({ reason: error.reason, message: fieldErrorBody(error), field: error.field })),
  });
}

/** `deployments.apps`, `pods`. */
function qualified(type: Named): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`;
}

function detailsOf(type: Named, name: string): Details {
  return { ...(name && { name }), ...(type.group && { group: type.group }), kind: type.resource };
}
