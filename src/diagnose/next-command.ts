/** Which command shows the evidence of a finding? kubectl's where there is one, else the lab's own. */
import type { PolicyRef } from '../policy/model.ts';

const resources: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicy',
  CalicoNetworkPolicy: 'networkpolicies.crd.projectcalico.org',
  GlobalNetworkPolicy: 'globalnetworkpolicies.crd.projectcalico.org',
};

export function describePolicy({ kind, namespace, name }: PolicyRef): string {
  return `kubectl ${namespace ? `-n ${namespace} ` : ''}describe ${resources[kind] ?? kind.toLowerCase()} ${name}`;
}

/** `shop/web` */
export function showPodLabels(pod: string): string {
  const [namespace = 'default', name = ''] = pod.split('/');
  return `kubectl -n ${namespace} get pod ${name} --show-labels`;
}

export function showNamespaceLabels(namespace: string): string {
  return `kubectl get namespace ${namespace} --show-labels`;
}

/** `asked`: `google.com:80/TCP`. */
export function whyCommand(source: string, asked: string): string {
  return `netpol-lab why ${source} ${asked.replace(/\/(\w+)$/, (_, protocol: string) => `/${protocol.toLowerCase()}`)}`;
}
