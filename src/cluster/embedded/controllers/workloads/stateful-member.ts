/** One member of a StatefulSet: its pod with name, hostname and labels, and its volume claims. Pure. */
import type { KubeObject, Pod, StatefulSet } from '../../../../kube/objects.ts';
import { podFromTemplate } from '../replicas/pod-from-template.ts';
import { revisionLabel } from './revisions.ts';

export function ordinalOf(pod: Pod): number {
  const match = /-(\d+)$/.exec(pod.metadata.name ?? '');
  return match ? Number(match[1]) : -1;
}

export function memberPod(set: StatefulSet, ordinal: number, hash: string): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const pod = podFromTemplate({ ...set, apiVersion: 'apps/v1', kind: 'StatefulSet' }, set.spec?.template, name);
  const claims = claimsFor(set, ordinal);
  const names = (set.spec?.volumeClaimTemplates ?? []).map((template) => template.metadata?.name ?? '');
  const volumes = claims.map((claim, index) => ({
    name: names[index] ?? '',
    persistentVolumeClaim: { claimName: claim.metadata.name ?? '' },
  }));
  const others = (pod.spec?.volumes ?? []).filter((volume) => !names.includes(volume.name));
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        'apps.kubernetes.io/pod-index': String(ordinal),
        [revisionLabel]: hash,
        'statefulset.kubernetes.io/pod-name': name,
      },
    },
    spec: {
      ...(pod.spec ?? { containers: [] }),
      hostname: name,
      ...(set.spec?.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length + others.length > 0 && { volumes: [...others, ...volumes] }),
    },
  };
}

export function claimsFor(set: StatefulSet, ordinal: number): KubeObject[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${template.metadata?.name}-${set.metadata.name}-${ordinal}`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...set.spec?.selector.matchLabels },
    },
    spec: template.spec,
  }));
}
