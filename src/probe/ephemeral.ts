/**
 * A place to probe from in a pod whose own containers hold no tool: an ephemeral container of the probe image, which shares the
 * pod's network and so its policies. Kubernetes never takes one away again, so one is made per pod and image and then used again.
 */
import type { KubeClient } from '../kube/client.ts';
import { ApiError, pathOf, wellKnown } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';

export type EphemeralClient = Pick<KubeClient, 'find' | 'json'>;

export interface EphemeralOptions {
  readonly image: string;
  readonly signal?: AbortSignal;
  /** The image may have to be pulled. Default 60 s. */
  readonly startMs?: number;
}

const namePrefix = 'netpol-lab-probe';

/** The container's name, once it runs; otherwise why there can be none, in words. */
export async function findProbeContainer(
  client: EphemeralClient,
  namespace: string,
  name: string,
  { image, signal, startMs = 60_000 }: EphemeralOptions,
): Promise<{ readonly container: string } | { readonly problem: string }> {
  const pod = await client.find<Pod>(wellKnown.pods, namespace, name);
  if (!pod) return { problem: `there is no pod ${namespace}/${name}` };
  const existing = (pod.spec?.ephemeralContainers ?? []).filter((container) => container.name.startsWith(namePrefix));
  const usable = existing.find(
    (container) => container.image === image && stateOf(pod, container.name)?.terminated === undefined,
  );
  const container = usable?.name ?? `${namePrefix}-${existing.length + 1}`;
  if (!usable) {
    try {
      await addContainer(client, pod, container, image);
    } catch (error) {
      if (error instanceof ApiError) return { problem: `no ephemeral container can be added to it: ${error.message}` };
      throw error;
    }
  }
  return waitUntilRunning(client, { namespace, name, container, signal, until: performance.now() + startMs });
}

async function addContainer(
  client: EphemeralClient,
  { metadata, spec }: Pod,
  name: string,
  image: string,
): Promise<void> {
  // Connecting takes no privilege, and a namespace may allow none (Pod Security, restricted). Root is no user to run as.
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: spec?.securityContext?.runAsUser || 65534,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const entry = { name, image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '2147483'], securityContext };
  await client.json({
    method: 'PATCH',
    path: pathOf(wellKnown.pods, metadata.namespace, metadata.name, 'ephemeralcontainers'),
    body: { spec: { ephemeralContainers: [entry] } },
    contentType: 'application/strategic-merge-patch+json',
  });
}

interface StartingContainer {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly signal: AbortSignal | undefined;
  readonly until: number;
}

async function waitUntilRunning(
  client: EphemeralClient,
  { namespace, name, container, signal, until }: StartingContainer,
): Promise<{ readonly container: string } | { readonly problem: string }> {
  for (;;) {
    signal?.throwIfAborted();
    const pod = await client.json<Pod>({ path: pathOf(wellKnown.pods, namespace, name) });
    const state = stateOf(pod, container);
    if (state?.running) return { container };
    const why = state?.waiting?.reason ?? (state?.terminated ? 'it ended' : 'not started');
    const hopeless = /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName)$/.test(why);
    if (hopeless || state?.terminated || performance.now() > until)
      return {
        problem: `the ephemeral container ${container} does not run: ${why} ${state?.waiting?.message ?? ''}`.trim(),
      };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function stateOf(pod: Pod, container: string) {
  return pod.status?.ephemeralContainerStatuses?.find(({ name }) => name === container)?.state;
}
