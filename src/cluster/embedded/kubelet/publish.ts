/** Writes a pod's status to the API when it has changed, and the annotations that Calico's CNI plugin leaves on a pod. */
import { isDeepStrictEqual } from 'node:util';
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
  const text = JSON.stringify(status);
  if (text === state.written) return;
  state.written = text;
  state.pod = context.stores.pods.updateStatus({ ...current, status }) ?? current;
}

/** `cni.projectcalico.org/podIP` and its sisters; empty addresses once the sandbox is gone, as `describe pod` shows. */
export function annotate(context: KubeletContext, state: PodState, containerId: string | undefined): void {
  const current = currentPod(context, state);
  if (!current || !context.cniPods || current.spec?.hostNetwork) return;
  const addresses =
    containerId === undefined ? '' : state.ips.map((ip) => `${ip}/${ip.includes(':') ? 128 : 32}`).join(',');
  const annotations = {
    ...current.metadata.annotations,
    ...(containerId !== undefined && { 'cni.projectcalico.org/containerID': containerId }),
    'cni.projectcalico.org/podIP': addresses.split(',')[0] ?? '',
    'cni.projectcalico.org/podIPs': addresses,
  };
  if (isDeepStrictEqual(annotations, current.metadata.annotations)) return;
  state.pod = context.cniPods.update({ ...current, metadata: { ...current.metadata, annotations } });
}

/** The stored pod, unless it is gone or another pod has taken its name. */
export function currentPod(context: KubeletContext, state: PodState): Pod | undefined {
  const { namespace, name = '' } = state.pod.metadata;
  const found = context.stores.pods.find(namespace, name);
  return found?.metadata.uid === state.uid ? found : undefined;
}
