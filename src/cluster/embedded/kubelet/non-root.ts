/** runAsNonRoot: may this container run as whom it would run as (pkg/kubelet/kuberuntime, verifyRunAsNonRoot)? Pure. */
import type { Container, Pod } from '../../../kube/objects.ts';
import type { ImageFacts } from '../runtime.ts';

/** The refusal, if there is one. */
export function rootRefusal(
  pod: Pod,
  container: Container,
  fullName: string,
  user: ImageFacts['user'],
): string | undefined {
  const { runAsNonRoot, runAsUser } = { ...pod.spec?.securityContext, ...container.securityContext };
  if (!runAsNonRoot) return undefined;
  const where = `(pod: "${fullName}", container: ${container.name})`;
  if (runAsUser !== undefined)
    return runAsUser === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  if (user.uid === 0) return `container has runAsNonRoot and image will run as root ${where}`;
  return `container has runAsNonRoot and image has non-numeric user (${user.name}), cannot verify user is non-root ${where}`;
}
