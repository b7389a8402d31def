/** Volumes and tolerations of a pod or pod template. */
import type { Pod } from '../../kube/objects.ts';
import type { DescribeWriter } from './writer.ts';

type Spec = NonNullable<Pod['spec']>;
type Volume = NonNullable<Spec['volumes']>[number];
type Toleration = NonNullable<Spec['tolerations']>[number];

export function writeVolumes(w: DescribeWriter, volumes: readonly Volume[], indent: string): void {
  if (volumes.length === 0) {
    w.line(0, `${indent}Volumes:\t<none>`);
    return;
  }
  w.line(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    w.line(1, `${indent === '' ? '' : ' '}${volume.name}:`);
    for (const [key, value] of linesOf(volume)) w.line(2, `${key}:\t${value}`);
    for (const { path, fieldRef } of volume.downwardAPI?.items ?? [])
      w.line(3, `${fieldRef?.fieldPath ?? ''} -> ${path}`);
  }
}

/** What a PersistentVolume is made of; its `hostPath: {type: ''}` shows as nothing. */
export function writeVolumeSource(w: DescribeWriter, spec: Omit<Volume, 'name'>): void {
  for (const [key, value] of linesOf({ ...spec, name: '' })) w.line(2, `${key}:\t${value}`);
}

function linesOf(volume: Volume): [string, string][] {
  const { hostPath, emptyDir, secret, configMap, persistentVolumeClaim, downwardAPI, projected, nfs, csi } = volume;
  if (hostPath) {
    return [
      ['Type', 'HostPath (bare host directory volume)'],
      ['Path', hostPath.path],
      ['HostPathType', hostPath.type ?? ''],
    ];
  }
  if (emptyDir) {
    return [
      ['Type', "EmptyDir (a temporary directory that shares a pod's lifetime)"],
      ['Medium', emptyDir.medium ?? ''],
      ['SizeLimit', emptyDir.sizeLimit ?? '<unset>'],
    ];
  }
  if (secret) {
    return [
      ['Type', 'Secret (a volume populated by a Secret)'],
      ['SecretName', secret.secretName ?? ''],
      ['Optional', String(secret.optional ?? false)],
    ];
  }
  if (configMap) {
    return [
      ['Type', 'ConfigMap (a volume populated by a ConfigMap)'],
      ['Name', configMap.name ?? ''],
      ['Optional', String(configMap.optional ?? false)],
    ];
  }
  if (persistentVolumeClaim) {
    return [
      ['Type', 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)'],
      ['ClaimName', persistentVolumeClaim.claimName],
      ['ReadOnly', String(persistentVolumeClaim.readOnly ?? false)],
    ];
  }
  if (downwardAPI) return [['Type', 'DownwardAPI (a volume populated by information about the pod)\n    Items']];
  if (projected) return projectedLines(projected);
  if (nfs) return nfsLines(nfs);
  if (csi)
    return [
      ['Type', 'CSI (a Container Storage Interface (CSI) volume source)'],
      ['Driver', csi.driver],
    ];
  return [['Type', '<unknown>']];
}

function nfsLines(nfs: NonNullable<Volume['nfs']>): [string, string][] {
  return [
    ['Type', 'NFS (an NFS mount that lasts the lifetime of a pod)'],
    ['Server', nfs.server],
    ['Path', nfs.path],
    ['ReadOnly', String(nfs.readOnly ?? false)],
  ];
}

function projectedLines(projected: NonNullable<Volume['projected']>): [string, string][] {
  const out: [string, string][] = [['Type', 'Projected (a volume that contains injected data from multiple sources)']];
  for (const { secret, configMap, downwardAPI, serviceAccountToken } of projected.sources ?? []) {
    if (secret) out.push(['SecretName', secret.name ?? ''], ['Optional', String(secret.optional ?? false)]);
    else if (downwardAPI) out.push(['DownwardAPI', 'true']);
    else if (configMap)
      out.push(['ConfigMapName', configMap.name ?? ''], ['Optional', String(configMap.optional ?? false)]);
    else if (serviceAccountToken)
      out.push(['TokenExpirationSeconds', String(serviceAccountToken.expirationSeconds ?? 3600)]);
  }
  return out;
}

export function writeTolerations(w: DescribeWriter, title: string, tolerations: readonly Toleration[]): void {
  if (tolerations.length === 0) w.line(0, `${title}:\t<none>`);
  const sorted = [...tolerations].sort((a, b) =>
    (a.key ?? '') < (b.key ?? '') ? -1 : (a.key ?? '') > (b.key ?? '') ? 1 : 0,
  );
  sorted.forEach((toleration, i) => {
    w.line(0, `${i === 0 ? `${title}:` : ''}\t${tolerationText(toleration)}`);
  });
}

function tolerationText({ key = '', value = '', effect = '', operator, tolerationSeconds }: Toleration): string {
  let out = key;
  if (value) out += `=${value}`;
  if (effect) out += `:${effect}`;
  if (operator === 'Exists' && value === '') out += key || effect ? ' op=Exists' : 'op=Exists';
  return tolerationSeconds === undefined ? out : `${out} for ${tolerationSeconds}s`;
}
