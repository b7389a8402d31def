/** logs, exec, attach and port-forward as the API server and the kubelet answer them between them. */
import type { Pod } from '../../../../kube/objects.ts';
import type { PodStreams } from '../../runtime.ts';
import type { ContainerRecord } from '../container-record.ts';
import type { KubeletContext, PodState } from '../pod-state.ts';
import { attach } from './attach.ts';
import { exec } from './exec.ts';
import { followLogs } from './logs.ts';
import { portForward } from './port-forward.ts';
import { badRequest, chooseContainer, notFoundPod } from './targets.ts';

type FindState = (uid: string) => PodState | undefined;

export function podStreams(context: KubeletContext, stateOf: FindState): PodStreams {
  const podOf = (namespace: string, name: string): Pod => {
    const pod = context.stores.pods.find(namespace, name);
    if (!pod) throw notFoundPod(name);
    return pod;
  };
  const recordOf = (pod: Pod, container: string): ContainerRecord | undefined =>
    stateOf(pod.metadata.uid ?? '')?.records.find(({ name }) => name === container);
  const scheduled = (namespace: string, name: string): Pod => {
    const pod = podOf(namespace, name);
    if (!pod.spec?.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
    return pod;
  };

  return {
    logs(namespace, name, query, signal) {
      const pod = podOf(namespace, name);
      const container = chooseContainer(pod, query.container);
      return followLogs(context, pod, container, recordOf(pod, container), query, signal);
    },
    exec(namespace, name, query, io) {
      const pod = podOf(namespace, name);
      const container = chooseContainer(pod, query.container);
      scheduled(namespace, name);
      return exec(recordOf(pod, container), container, query.argv, io);
    },
    attach(namespace, name, query, io) {
      const pod = podOf(namespace, name);
      const container = chooseContainer(pod, query.container);
      scheduled(namespace, name);
      return attach(pod, recordOf(pod, container), container, io);
    },
    async portForward(namespace, name, port) {
      const pod = scheduled(namespace, name);
      return portForward(stateOf(pod.metadata.uid ?? ''), port);
    },
  };
}
