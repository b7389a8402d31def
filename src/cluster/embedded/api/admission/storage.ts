/** What do volumes and claims get on their way in? A finalizer while they are in use, and the default storage class. */
import { ensure } from '../defaults/draft.ts';
import type { Core, Draft } from '../machinery/core.ts';

/** What StorageObjectInUseProtection adds, by kind; the volume controller takes it away. */
export const protection: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
};

const defaultMark = 'storageclass.kubernetes.io/is-default-class';

/** The plugins StorageObjectInUseProtection and DefaultStorageClass. */
export function admitStorage(core: Core, { kind, object }: Draft): void {
  const finalizer = protection[kind.id];
  if (!finalizer) return;
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  if (kind.id !== 'persistentvolumeclaims') return;
  const spec = ensure(object, 'spec');
  const usual = core.store
    .list('storageclasses.storage.k8s.io')
    .find(({ metadata }) => metadata.annotations?.[defaultMark] === 'true');
  if (spec['storageClassName'] === undefined && usual) spec['storageClassName'] = usual.metadata.name;
}
