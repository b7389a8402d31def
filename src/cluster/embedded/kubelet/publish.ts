/** Writes a pod's status to the API when it has changed, and with it the annotations that Calico's CNI plugin leaves. */
import type { Pod } from '../../../kube/objects.ts';
import type { KubeletContext, PodState } from './pod-state.ts';
import { statusOf } from './pod-status.ts';
import { qosClassOf } from './qos.ts';

export function publish(context: KubeletContext, state: PodState): void {
  const current = currentPod(context, state);
  if (!current) return;
  state.pod = current;
  const status = statusOf(
    current,
    {
      records: state.records,
      ips: state.ips,
      sandboxReady: state.sandbox !== undefined,
      hostIp: state.node.ip,
      startMs: state.startMs,
      qosClass: current.status?.qosClass ?? qosClassOf(current),
      verdict: state.verdict,
    },
    context.clock.now(),
  );
  const annotations = { ...current.metadata.annotations, ...state.cniAnnotations };
  const text = JSON.stringify([status, state.cniAnnotations]);
  if (text === state.written) return;
  state.written = text;
  const metadata = state.cniAnnotations ? { ...current.metadata, annotations } : current.metadata;
  state.pod = context.stores.pods.updateStatus({ ...current, metadata, status }) ?? current;
}

/**
 * `cni.projectcalico.org/podIP` and its sisters, written with the next status; without an id the addresses become empty, as
 * `describe pod` shows them once the sandbox is gone.
 */
export function annotate(context: KubeletContext, state: PodState, containerId: string | undefined): void {
  if (!context.annotatesPods || state.pod.spec?.hostNetwork) return;
  const addresses = containerId === undefined ? [] : state.ips.map((ip) => `${ip}/${ip.includes(':') ? 128 : 32}`);
  state.cniAnnotations = {
    ...state.cniAnnotations,
    ...(containerId !== undefined && { 'cni.projectcalico.org/containerID': containerId }),
    'cni.projectcalico.org/podIP': addresses[0] ?? '',
    'cni.projectcalico.org/podIPs': addresses.join(','),
  };
}

/** The stored pod, unless it is gone or another pod has taken its name. */
export function currentPod(context: KubeletContext, state: PodState): Pod | undefined {
  const { namespace, name = '' } = state.pod.metadata;
  const found = context.stores.pods.find(namespace, name);
  return found?.metadata.uid === state.uid ? found : undefined;
}
