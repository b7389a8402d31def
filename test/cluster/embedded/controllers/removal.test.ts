import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLab, podYaml, type TestLab } from '../cluster/lab.ts';

describe('removal', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const deployment = (name: string) =>
    lab.apply(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: 2, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {terminationGracePeriodSeconds: 3, containers: [{name: c, image: "busybox:1.36", command: [sleep, "3600"]}]}}}}`,
    );
  const count = (resource: string, app: string) =>
    lab.machinery.list(resource, 'default').filter(({ metadata }) => metadata.labels?.['app'] === app).length;
  const running = (app: string) =>
    lab.until(
      () =>
        count('pods', app) === 2 &&
        lab.machinery.list('pods', 'default').every(({ status }) => (status as { phase?: string }).phase === 'Running'),
    );

  test('in the background takes the owner at once and what it owned soon after', async () => {
    deployment('back');
    await running('back');
    lab.machinery.delete('deployments.apps', 'default', 'back', { propagationPolicy: 'Background' });
    expect(lab.machinery.find('deployments.apps', 'default', 'back')).toBeUndefined();
    await lab.seconds(0.1);
    expect(count('replicasets.apps', 'back')).toBe(0);
    await lab.until(() => count('pods', 'back') === 0);
  });

  test('in the foreground keeps the owner until its dependents are gone', async () => {
    deployment('fore');
    await running('fore');
    lab.machinery.delete('deployments.apps', 'default', 'fore', { propagationPolicy: 'Foreground' });
    await lab.seconds(1);
    expect(lab.get('deployments.apps', 'fore').metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(count('pods', 'fore')).toBe(2);
    await lab.until(() => !lab.machinery.find('deployments.apps', 'default', 'fore'));
    expect([count('pods', 'fore'), count('replicasets.apps', 'fore')]).toEqual([0, 0]);
  });

  test('that orphans leaves the dependents without an owner', async () => {
    deployment('orph');
    await running('orph');
    lab.machinery.delete('deployments.apps', 'default', 'orph', { propagationPolicy: 'Orphan' });
    await lab.seconds(0.1);
    expect(lab.machinery.find('deployments.apps', 'default', 'orph')).toBeUndefined();
    const [set] = lab.machinery
      .list('replicasets.apps', 'default')
      .filter(({ metadata }) => metadata.labels?.['app'] === 'orph');
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
    expect(count('pods', 'orph')).toBe(2);
  });

  test('collects what names an owner that does not exist', async () => {
    lab.apply(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: lost, ownerReferences: [{apiVersion: v1, kind: Pod, name: never, uid: 00000000-0000-4000-8000-000000000000}]}}',
    );
    await lab.seconds(0.1);
    expect(lab.machinery.find('configmaps', 'default', 'lost')).toBeUndefined();
  });

  test('of a namespace takes everything in it, pods after their grace, and refuses newcomers meanwhile', async () => {
    lab.apply('{apiVersion: v1, kind: Namespace, metadata: {name: shop}}');
    lab.apply(
      podYaml('box', 'image: "busybox:1.36", command: [sleep, "3600"]', 'terminationGracePeriodSeconds: 5').replace(
        'metadata: {name: box',
        'metadata: {namespace: shop, name: box',
      ),
    );
    lab.apply(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: keep, namespace: shop, finalizers: [example.com/keep]}}',
    );
    await lab.until(() => lab.pod('box', 'shop').status?.phase === 'Running');
    lab.machinery.delete('namespaces', undefined, 'shop');
    await lab.seconds(1);
    expect(lab.pod('box', 'shop').metadata.deletionTimestamp).toBeUndefined();
    await lab.seconds(6);
    const namespace = () =>
      lab.machinery.find('namespaces', undefined, 'shop') as unknown as
        | { status: { phase: string; conditions: { type: string; status: string; message: string }[] } }
        | undefined;
    expect(namespace()?.status.phase).toBe('Terminating');
    const message = (type: string) =>
      namespace()?.status.conditions.find((condition) => condition.type === type)?.message;
    expect(message('NamespaceContentRemaining')).toBe('Some resources are remaining: pods. has 1 resource instances');
    expect(() => lab.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: new, namespace: shop}}')).toThrow(
      'because it is being terminated',
    );
    expect(lab.machinery.get('configmaps', 'shop', 'keep').metadata.deletionTimestamp).toBeUndefined();
    await lab.until(() => !lab.machinery.find('pods', 'shop', 'box'));
    expect(message('NamespaceContentRemaining')).toBe(
      'Some resources are remaining: configmaps. has 1 resource instances',
    );
    expect(message('NamespaceFinalizersRemaining')).toBe(
      'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
    );
    lab.machinery.patch('configmaps', 'shop', 'keep', 'merge', { metadata: { finalizers: null } });
    await lab.until(() => !namespace());
  });
});
