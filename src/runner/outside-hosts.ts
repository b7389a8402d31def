/**
 * The hosts beyond the cluster that a lab wants, written into the cluster itself: whoever runs it reads them there, so that a
 * session in another process needs nothing but the kubeconfig.
 */
import type { OutsideHost } from '../cluster/provider.ts';
import type { KubeClient } from '../kube/client.ts';
import { wellKnown } from '../kube/client.ts';
import { fieldManager, labLabel, labLabelValue, stateNamespaceOf } from './context.ts';

export const outsideHostsName = 'outside-hosts';

export async function writeOutsideHosts(client: KubeClient, hosts: readonly OutsideHost[]): Promise<void> {
  const labels = { [labLabel]: labLabelValue };
  if (!(await client.find(wellKnown.namespaces, undefined, stateNamespaceOf(client)))) {
    await client.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stateNamespaceOf(client), labels } },
      fieldManager,
    );
  }
  const metadata = { name: outsideHostsName, namespace: stateNamespaceOf(client), labels };
  await client.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { hosts: JSON.stringify(hosts) } },
    fieldManager,
  );
}

/** undefined for what is no list of hosts. */
export function parseOutsideHosts(
  data: Readonly<Record<string, string>> | undefined,
): readonly OutsideHost[] | undefined {
  try {
    const hosts: unknown = JSON.parse(data?.['hosts'] ?? '');
    return Array.isArray(hosts) ? (hosts as OutsideHost[]) : undefined;
  } catch {
    return undefined;
  }
}
