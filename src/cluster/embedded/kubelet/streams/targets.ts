/** Which container a stream means, and the refusals that the API server words before a kubelet is asked. */
import type { Pod, Status } from '../../../../kube/objects.ts';
import { StatusError } from '../../api/machinery.ts';

export function failure(code: number, reason: string, message: string, details?: Status['details']): StatusError {
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

export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}

export function notFoundPod(name: string): StatusError {
  return failure(404, 'NotFound', `pods "${name}" not found`, { name, kind: 'pods' });
}

/** `container not found ("web")`: text of the kubelet, status 500. */
export function containerNotFound(container: string): StatusError {
  return failure(500, 'InternalError', `container not found ("${container}")`);
}

/** The named container, or the only one (pkg/registry/core/pod/strategy.go, podHasContainerWithName and LogLocation). */
export function chooseContainer(pod: Pod, asked: string | undefined): string {
  const { name = '' } = pod.metadata;
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? { containers: [] };
  const all = [...containers, ...initContainers, ...ephemeralContainers].map((container) => container.name);
  if (asked) {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const [only, ...others] = containers;
  if (only && others.length === 0) return only.name;
  const names = (list: readonly { name: string }[]) => `[${list.map((container) => container.name).join(' ')}]`;
  let message = `a container name must be specified for pod ${name}, choose one of: ${names(containers)}`;
  if (initContainers.length > 0) message += ` or one of the init containers: ${names(initContainers)}`;
  if (ephemeralContainers.length > 0) message += ` or one of the ephemeral containers: ${names(ephemeralContainers)}`;
  throw badRequest(message);
}
