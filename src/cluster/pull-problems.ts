/** Pods that wait for an image which the nodes cannot get: told as soon as it is known, with the image's name. */
import type { Pod } from '../kube/objects.ts';

const reasons = /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName)$/;

/** `calico-node-x7k2p: ImagePullBackOff quay.io/calico/cni:v3.32.1`, sorted. */
export function pullProblems(pods: readonly Pod[]): readonly string[] {
  return pods
    .flatMap(({ metadata, status }) =>
      [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
        .filter(({ state }) => reasons.test(state?.waiting?.reason ?? ''))
        .map(({ image, state }) => `${metadata.name}: ${state?.waiting?.reason} ${image}`),
    )
    .sort();
}

export const pullCure =
  'bring the image onto this machine (docker pull IMAGE, docker load -i FILE) or into the node image (--kind-image), then the same command again';
