/** The pieces that workloads of kube-system have in common: accounts, tolerations, and a DaemonSet on every node's own network. */
import type { KubeObject } from '../../../kube/objects.ts';

export const systemNamespace = 'kube-system';

export function account(name: string, namespace = systemNamespace): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

export const controlPlaneToleration = { effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' };
export const criticalToleration = { key: 'CriticalAddonsOnly', operator: 'Exists' };

/** A DaemonSet on every node's own network. */
export function hostDaemon(
  name: string,
  labels: Record<string, string>,
  container: object,
  tolerations: readonly object[],
  { namespace = systemNamespace, serviceAccountName = name } = {},
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels },
        spec: {
          containers: [container],
          hostNetwork: true,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          priorityClassName: 'system-node-critical',
          serviceAccountName,
          tolerations,
        },
      },
    },
  };
}
