/**
 * PersistentVolumes and their claims: binds the two, and says what a claim waits for (pkg/controller/volume/persistentvolume).
 * Nothing here makes volumes: a claim whose class names a provisioner waits for it.
 */

import type { ObjectMeta, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../kube/objects.ts';
import { timestamp } from '../../../../kube/objects.ts';
import { protection } from '../../api/admission/storage.ts';
import { sameJson } from '../../api/machinery/core.ts';
import { workQueue } from '../../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from '../context.ts';
import { matchVolume } from './match-volume.ts';

const byController = { 'pv.kubernetes.io/bound-by-controller': 'yes' };

export function startVolumeController(context: ControllerContext): Controller {
  const { stores, clock, machinery } = context;
  const claims = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const claim = stores.claims.find(namespace, name);
    if (claim) syncClaim(context, claim);
  });
  const volumes = workQueue(clock, (key) => {
    const volume = stores.volumes.find(undefined, splitKey(key).name);
    if (volume) syncVolume(context, volume);
  });
  const unbound = (): void => {
    for (const claim of stores.claims.list()) if (claim.status?.phase !== 'Bound') claims.add(keyOf(claim));
  };
  const stops = [
    stores.claims.watch(({ type, object, previous }) => {
      if (object.spec?.volumeName) volumes.add(`/${object.spec.volumeName}`);
      if (type !== 'DELETED' && !sameJson(object.spec, previous?.spec)) claims.add(keyOf(object));
      else if (object.metadata.deletionTimestamp) claims.add(keyOf(object));
    }),
    stores.volumes.watch(({ type, object }) => {
      if (type !== 'DELETED') volumes.add(keyOf(object));
      if (object.status?.phase === 'Available') unbound();
    }),
    stores.pods.watch(({ type, object }) => {
      if (type !== 'MODIFIED' || isOver(object)) for (const key of claimKeys(object)) claims.add(key);
    }),
    machinery.subscribe('storageclasses.storage.k8s.io', unbound),
    claims.close,
    volumes.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** One that waits for a node holds no volume either. */
function isOver({ spec, status }: Pod): boolean {
  return !spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function claimKeys({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim ? [`${metadata.namespace}/${persistentVolumeClaim.claimName}`] : [],
  );
}

function syncClaim(context: ControllerContext, claim: PersistentVolumeClaim): void {
  const { stores } = context;
  if (claim.metadata.deletionTimestamp) {
    const key = keyOf(claim);
    const used = stores.pods.list(claim.metadata.namespace).some((pod) => !isOver(pod) && claimKeys(pod).includes(key));
    if (!used) stores.claims.update({ ...claim, metadata: unprotected(claim.metadata, 'persistentvolumeclaims') });
    return;
  }
  if (claim.metadata.annotations?.['pv.kubernetes.io/bind-completed']) return;
  const waits = bindsLate(context, claim) && !isUsed(context, claim);
  const volume = waits ? undefined : matchVolume(claim, stores.volumes.list());
  if (volume) bind(context, claim, volume);
  else explain(context, claim, waits);
}

function isUsed({ stores }: ControllerContext, claim: PersistentVolumeClaim): boolean {
  return stores.pods.list(claim.metadata.namespace).some((pod) => claimKeys(pod).includes(keyOf(claim)));
}

function classOf({ machinery }: ControllerContext, claim: PersistentVolumeClaim) {
  return machinery.find('storageclasses.storage.k8s.io', undefined, claim.spec?.storageClassName ?? '');
}

function bindsLate(context: ControllerContext, claim: PersistentVolumeClaim): boolean {
  return classOf(context, claim)?.['volumeBindingMode'] === 'WaitForFirstConsumer';
}

function bind({ stores, clock }: ControllerContext, claim: PersistentVolumeClaim, volume: PersistentVolume): void {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion, uid };
  const chosen = !volume.spec?.claimRef?.uid;
  const held = stores.volumes.update({
    ...volume,
    metadata: {
      ...volume.metadata,
      annotations: { ...volume.metadata.annotations, ...(chosen && !volume.spec?.claimRef && byController) },
    },
    spec: { ...volume.spec, claimRef },
  });
  stores.volumes.updateStatus({ ...held, status: phaseOf(held, 'Bound', clock.now()) });
  const annotations = {
    ...claim.metadata.annotations,
    'pv.kubernetes.io/bind-completed': 'yes',
    ...(!claim.spec?.volumeName && byController),
  };
  const bound = stores.claims.update({
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' },
  });
  const { accessModes = [], capacity = {} } = volume.spec ?? {};
  stores.claims.updateStatus({ ...bound, status: { accessModes, capacity, phase: 'Bound' } });
}

function explain(context: ControllerContext, claim: PersistentVolumeClaim, waits: boolean): void {
  const about = { ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    context.events.record({ component: 'persistentvolume-controller' }, { about, type, reason, message });
  const { storageClassName: name = '', volumeName } = claim.spec ?? {};
  if (volumeName) return;
  if (waits) {
    tell('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  } else if (name === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    tell('Normal', 'FailedBinding', message);
  } else {
    const provisioner = classOf(context, claim)?.['provisioner'];
    if (!provisioner) tell('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`);
    else if (provisioner === 'kubernetes.io/no-provisioner') {
      tell('Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
    } else tell('Normal', 'ExternalProvisioning', awaiting(String(provisioner)));
  }
}

function awaiting(provisioner: string): string {
  return (
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.'
  );
}

/** Available, then Bound; Released when its claim is gone. */
function syncVolume({ stores, clock }: ControllerContext, volume: PersistentVolume): void {
  const { claimRef } = volume.spec ?? {};
  const claim = claimRef && stores.claims.find(claimRef.namespace, claimRef.name ?? '');
  const lost = claimRef?.uid !== undefined && claim?.metadata.uid !== claimRef.uid;
  if (volume.metadata.deletionTimestamp) {
    if (claimRef && !lost) return;
    stores.volumes.update({ ...volume, metadata: unprotected(volume.metadata, 'persistentvolumes') });
    return;
  }
  const phase = !claimRef?.uid ? 'Available' : lost ? 'Released' : 'Bound';
  if (volume.status?.phase !== phase)
    stores.volumes.updateStatus({ ...volume, status: phaseOf(volume, phase, clock.now()) });
}

function phaseOf(volume: PersistentVolume, phase: string, nowMs: number): NonNullable<PersistentVolume['status']> {
  if (volume.status?.phase === phase) return volume.status;
  return { lastPhaseTransitionTime: timestamp(nowMs), phase };
}

function unprotected({ finalizers = [], ...metadata }: ObjectMeta, kind: string): ObjectMeta {
  const left = finalizers.filter((finalizer) => finalizer !== protection[kind]);
  return { ...metadata, ...(left.length > 0 && { finalizers: left }) };
}
