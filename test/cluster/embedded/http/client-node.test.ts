import { PassThrough } from 'node:stream';
import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabServer, runningPod, startServer } from './lab-server.ts';

let lab: LabServer;
let config: KubeConfig;
beforeAll(async () => {
  lab = await startServer();
  runningPod(lab.machinery, 'web');
  config = new KubeConfig();
  config.loadFromFile(lab.kubeconfig);
});
afterAll(async () => {
  expect(lab.bugs).toEqual([]);
  await lab[Symbol.asyncDispose]();
});

test('an informer learns of what is there, what comes, changes and goes', async () => {
  const api = config.makeApiClient(CoreV1Api);
  lab.machinery.create('configmaps', 'default', { metadata: { name: 'old' } });
  const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
    api.listNamespacedConfigMap({ namespace: 'default' }),
  );
  const seen: string[] = [];
  const reached = (count: number) =>
    new Promise<void>((resolve) => {
      const check = () => (seen.length >= count ? resolve() : setTimeout(check, 5));
      check();
    });
  for (const verb of ['add', 'update', 'delete'] as const)
    informer.on(verb, (object: V1ConfigMap) => seen.push(`${verb} ${object.metadata?.name}`));
  await informer.start();
  await reached(1);
  await api.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'new' } } });
  await reached(2);
  await api.replaceNamespacedConfigMap({
    name: 'new',
    namespace: 'default',
    body: { metadata: { name: 'new' }, data: { a: 'b' } },
  });
  await reached(3);
  await api.deleteNamespacedConfigMap({ name: 'new', namespace: 'default' });
  await reached(4);
  await informer.stop();
  expect(seen).toEqual(['add old', 'add new', 'update new', 'delete new']);
});

test('objects of any kind are applied, read and listed by discovery', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: 'default' },
    spec: { podSelector: {}, policyTypes: ['Egress'] },
  };
  const applied = await objects.patch(policy, undefined, undefined, 'test', true, PatchStrategy.ServerSideApply);
  expect(applied).toHaveProperty('metadata.uid');
  expect((await objects.read(policy)).metadata?.name).toBe('deny');
  const list = await objects.list('networking.k8s.io/v1', 'NetworkPolicy', 'default');
  expect(list.items.map((item) => item.metadata?.name)).toEqual(['deny']);
});

test('logs stream into a writable', async () => {
  const output = new PassThrough();
  await new Log(config).log('default', 'web', 'main', output);
  let text = '';
  for await (const chunk of output) text += String(chunk);
  expect(text).toBe('first line\n');
});

test('errors carry the Status', async () => {
  const api = config.makeApiClient(CoreV1Api);
  await expect(api.readNamespacedPod({ name: 'ghost', namespace: 'default' })).rejects.toMatchObject({ code: 404 });
});
