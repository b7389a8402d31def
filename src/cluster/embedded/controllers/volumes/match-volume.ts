/** Which volume suits a claim? Pure: the smallest that is free and offers what is asked (volume/persistentvolume/index.go). */
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../kube/objects.ts';
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';

export function matchVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const fitting = volumes.filter((volume) => suits(claim, volume));
  const reserved = fitting.find((volume) => volume.spec?.claimRef);
  return reserved ?? fitting.sort((a, b) => sizeOf(a) - sizeOf(b))[0];
}

function suits(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  const { claimRef, accessModes = [], storageClassName = '', volumeMode = 'Filesystem' } = volume.spec ?? {};
  const { name, namespace, uid } = claim.metadata;
  const wanted = claim.spec ?? {};
  if (volume.metadata.deletionTimestamp || volume.status?.phase === 'Released') return false;
  if (wanted.volumeName && wanted.volumeName !== volume.metadata.name) return false;
  if (claimRef && (claimRef.name !== name || claimRef.namespace !== namespace)) return false;
  if (claimRef?.uid && claimRef.uid !== uid) return false;
  return (
    storageClassName === (wanted.storageClassName ?? '') &&
    volumeMode === (wanted.volumeMode ?? 'Filesystem') &&
    (wanted.accessModes ?? []).every((mode) => accessModes.includes(mode)) &&
    sizeOf(volume) >= quantityToNumber(wanted.resources?.requests?.['storage'] ?? '0') &&
    (!wanted.selector || matchesSelector(wanted.selector, volume.metadata.labels))
  );
}

function sizeOf(volume: PersistentVolume): number {
  return quantityToNumber(volume.spec?.capacity?.['storage'] ?? '0');
}
