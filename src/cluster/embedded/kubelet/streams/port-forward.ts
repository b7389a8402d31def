/** `kubectl port-forward`: a connection to localhost inside the pod's network namespace; policies do not see it. */
import type { Duplex } from 'node:stream';
import type { PodState } from '../pod-state.ts';

/** Rejects with the text that kubectl prints behind `an error occurred forwarding 8080 -> 80: `. */
export async function portForward(state: PodState | undefined, port: number): Promise<Duplex> {
  const { name, namespace } = state?.pod.metadata ?? {};
  if (!state?.sandbox)
    throw new Error(`error forwarding port ${port} to pod ${name}_${namespace}: sandbox is not running`);
  try {
    return await state.sandbox.connectLocal(port);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      `error forwarding port ${port} to pod ${state.uid}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${state.uid}": failed to connect to localhost:${port} inside namespace "${state.uid}", IPv4: dial tcp4 127.0.0.1:${port}: ${cause} IPv6 dial tcp6 [::1]:${port}: ${cause}`,
    );
  }
}
