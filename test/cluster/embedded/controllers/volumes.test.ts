import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim, StatefulSet } from '../../../../src/kube/objects.ts';
import { openLab, type TestLab } from '../cluster/lab.ts';

const volume = (name: string, size: string) =>
  `{apiVersion: v1, kind: PersistentVolume, metadata: {name: ${name}}, spec: {capacity: {storage: ${size}}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /data}}}`;
const claim = (name: string, size: string, more = 'storageClassName: manual') =>
  `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: ${name}}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: ${size}}}, ${more}}}`;
const user = (name: string, claimName: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {terminationGracePeriodSeconds: 0, volumes: [{name: d, persistentVolumeClaim: {claimName: ${claimName}}}], containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: d, mountPath: /d}]}]}}`;

describe('volumes and claims', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const getClaim = (name: string) => lab.get<PersistentVolumeClaim>('persistentvolumeclaims', name);
  const getVolume = (name: string) =>
    lab.machinery.get('persistentvolumes', undefined, name) as unknown as PersistentVolume;

  test('a claim gets the smallest volume that suits it, and a pod gets the claim', async () => {
    for (const [name, size] of [
      ['big', '5Gi'],
      ['small', '1Gi'],
    ] as const)
      lab.apply(volume(name, size));
    await lab.seconds(0.1);
    expect(getVolume('small').status?.phase).toBe('Available');
    lab.apply(user('db', 'data'));
    await lab.seconds(0.1);
    expect(lab.events('db').at(-1)).toContain('persistentvolumeclaim "data" not found');
    lab.apply(claim('data', '500Mi'));
    await lab.until(() => lab.pod('db').status?.phase === 'Running');
    expect(getClaim('data')).toMatchObject({
      metadata: {
        annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' },
        finalizers: ['kubernetes.io/pvc-protection'],
      },
      spec: { volumeName: 'small' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
    });
    expect(getVolume('small')).toMatchObject({ spec: { claimRef: { name: 'data' } }, status: { phase: 'Bound' } });
  });

  test('a claim in use is not gone before its pod, and leaves its volume released', async () => {
    lab.machinery.delete('persistentvolumeclaims', 'default', 'data');
    await lab.seconds(1);
    expect(getClaim('data').metadata.deletionTimestamp).toBeDefined();
    lab.machinery.delete('pods', 'default', 'db');
    await lab.until(() => lab.machinery.find('persistentvolumeclaims', 'default', 'data') === undefined);
    await lab.until(() => getVolume('small').status?.phase === 'Released');
    lab.machinery.delete('persistentvolumes', undefined, 'small');
    await lab.until(() => lab.machinery.find('persistentvolumes', undefined, 'small') === undefined);
  });

  test.each([
    ['none', '', 'FailedBinding: no persistent volumes available for this claim and no storage class is set'],
    ['lost', 'storageClassName: nowhere', 'ProvisioningFailed: storageclass.storage.k8s.io "nowhere" not found'],
    ['late', 'storageClassName: late', 'WaitForFirstConsumer: waiting for first consumer to be created before binding'],
  ])('a claim says what it waits for: %s', async (name, more, event) => {
    if (name === 'late') {
      lab.apply(
        '{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: late}, provisioner: example.com/x, volumeBindingMode: WaitForFirstConsumer}',
      );
    }
    lab.apply(claim(name, '1Gi', more));
    await lab.seconds(0.1);
    expect(lab.events(name)).toEqual([event]);
    expect(getClaim(name).status).toEqual({ phase: 'Pending' });
  });

  test('a StatefulSet mounts what its claim templates name, and tells its status although a pod is refused', async () => {
    lab.apply(volume('for-set', '2Gi'));
    lab.apply('{apiVersion: v1, kind: ResourceQuota, metadata: {name: one}, spec: {hard: {pods: "1"}}}');
    await lab.seconds(0.1);
    lab.apply(
      '{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: vol}, spec: {serviceName: vol, replicas: 2, selector: {matchLabels: {app: vol}}, template: {metadata: {labels: {app: vol}}, spec: {containers: [{name: a, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: manual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}',
    );
    const set = () => lab.get<StatefulSet>('statefulsets.apps', 'vol');
    await lab.until(() => set().status?.readyReplicas === 1);
    expect(lab.events('vol').at(-1)).toMatch(
      /^FailedCreate: create Pod vol-1 in StatefulSet vol failed error: pods "vol-1" is forbidden/,
    );
    expect(getClaim('data-vol-0').spec?.volumeName).toMatch(/big|for-set/);
  });
});
