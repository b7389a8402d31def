/** describe persistentvolumeclaim, persistentvolume and priorityclass. */
import type { KubeEvent, KubeObject, Pod } from '../../kube/objects.ts';
import { writeEvents } from './events.ts';
import { field, text, writeAnnotations, writeLabels } from './metadata.ts';
import { writeVolumeSource } from './volumes.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

type Events = readonly KubeEvent[] | undefined;

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modesOf(value: unknown): string {
  const given = Array.isArray(value) ? value.map(String) : [];
  const known = Object.keys(shortModes).filter((mode) => given.includes(mode));
  return known.map((mode) => shortModes[mode]).join(',');
}

function writeFinalizers(w: DescribeWriter, { metadata }: KubeObject): void {
  w.line(0, `Finalizers:\t[${(metadata.finalizers ?? []).join(' ')}]`);
}

export function describeVolumeClaim(claim: KubeObject, pods: readonly Pod[], events: Events, nowMs: number): string {
  const w = describeWriter();
  const name = claim.metadata.name ?? '';
  const bound = text(claim, 'spec.volumeName') !== '';
  w.line(0, `Name:\t${name}`);
  w.line(0, `Namespace:\t${claim.metadata.namespace}`);
  w.line(0, `StorageClass:\t${text(claim, 'spec.storageClassName')}`);
  w.line(0, `Status:\t${claim.metadata.deletionTimestamp ? 'Terminating' : text(claim, 'status.phase')}`);
  w.line(0, `Volume:\t${text(claim, 'spec.volumeName')}`);
  writeLabels(w, 'Labels', claim.metadata.labels);
  writeAnnotations(w, 'Annotations', claim.metadata.annotations);
  writeFinalizers(w, claim);
  w.line(0, `Capacity:\t${bound ? text(claim, 'status.capacity.storage') : ''}`);
  w.line(0, `Access Modes:\t${bound ? modesOf(field(claim, 'status.accessModes')) : ''}`);
  w.line(0, `VolumeMode:\t${text(claim, 'spec.volumeMode')}`);
  const users = pods.filter((pod) =>
    (pod.spec?.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name),
  );
  w.line(0, `Used By:\t${users.map(({ metadata }) => metadata.name).join('\n\t') || '<none>'}`);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describeVolume(volume: KubeObject, events: Events, nowMs: number): string {
  const w = describeWriter();
  const claim = field(volume, 'spec.claimRef');
  w.line(0, `Name:\t${volume.metadata.name}`);
  writeLabels(w, 'Labels', volume.metadata.labels);
  writeAnnotations(w, 'Annotations', volume.metadata.annotations);
  writeFinalizers(w, volume);
  w.line(0, `StorageClass:\t${text(volume, 'spec.storageClassName')}`);
  w.line(0, `Status:\t${volume.metadata.deletionTimestamp ? 'Terminating' : text(volume, 'status.phase')}`);
  w.line(0, `Claim:\t${claim ? `${text(claim, 'namespace')}/${text(claim, 'name')}` : ''}`);
  w.line(0, `Reclaim Policy:\t${text(volume, 'spec.persistentVolumeReclaimPolicy')}`);
  w.line(0, `Access Modes:\t${modesOf(field(volume, 'spec.accessModes'))}`);
  w.line(0, `VolumeMode:\t${text(volume, 'spec.volumeMode')}`);
  w.line(0, `Capacity:\t${text(volume, 'spec.capacity.storage')}`);
  w.line(0, 'Node Affinity:\t<none>');
  w.line(0, `Message:\t${text(volume, 'status.message')}`);
  w.line(0, 'Source:');
  writeVolumeSource(w, field(volume, 'spec') as Parameters<typeof writeVolumeSource>[1]);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describePriorityClass(object: KubeObject, events: Events, nowMs: number): string {
  const w = describeWriter();
  w.line(0, `Name:\t${object.metadata.name}`);
  w.line(0, `Value:\t${text(object, 'value', '0')}`);
  w.line(0, `GlobalDefault:\t${text(object, 'globalDefault', 'false')}`);
  w.line(0, `PreemptionPolicy:\t${text(object, 'preemptionPolicy')}`);
  w.line(0, `Description:\t${text(object, 'description')}`);
  writeAnnotations(w, 'Annotations', object.metadata.annotations);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}
