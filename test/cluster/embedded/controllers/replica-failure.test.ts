import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../../src/kube/objects.ts';
import { condition, openLab, type TestLab } from '../cluster/lab.ts';

const deployment = (name: string, pod = '') =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: 1, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {${pod}containers: [{name: c, image: "nginx:1.27"}]}}}}`;

describe('a Deployment whose pods are refused', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const get = (name: string) => lab.get<Deployment>('deployments.apps', name);
  const setOf = (name: string) =>
    (lab.machinery.list('replicasets.apps', 'default') as unknown as ReplicaSet[]).find(({ metadata }) =>
      metadata.name?.startsWith(`${name}-`),
    );

  test('says so in its conditions, and tries ever more rarely', async () => {
    lab.apply(deployment('web', 'serviceAccountName: ghost, '));
    await lab.seconds(10);
    const set = setOf('web')?.metadata.name ?? '';
    const message = `pods "${set}-" is forbidden: error looking up service account default/ghost: serviceaccount "ghost" not found`;
    expect(get('web').status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Progressing NewReplicaSetCreated',
      'Available MinimumReplicasUnavailable',
      'ReplicaFailure FailedCreate',
    ]);
    expect(condition(get('web'), 'ReplicaFailure')).toMatchObject({ status: 'True', message });
    expect(lab.events(set)).toEqual([`FailedCreate: Error creating: ${message}`]);
  });

  test('although every refusal names another pod', async () => {
    lab.apply('{apiVersion: v1, kind: ResourceQuota, metadata: {name: none}, spec: {hard: {pods: "0"}}}');
    await lab.seconds(1);
    lab.apply(deployment('api'));
    await lab.seconds(10);
    expect(condition(get('api'), 'ReplicaFailure')?.message).toMatch(
      /^pods "api-\w+-\w{5}" is forbidden: exceeded quota/,
    );
    lab.machinery.delete('resourcequotas', 'default', 'none');
  });

  test('has no such condition when the reason is gone', async () => {
    lab.apply('{apiVersion: v1, kind: ServiceAccount, metadata: {name: ghost}}');
    await lab.until(() => get('web').status?.availableReplicas === 1, 120);
    expect(condition(get('web'), 'ReplicaFailure')).toBeUndefined();
    expect(condition(setOf('web') ?? {}, 'ReplicaFailure')).toBeUndefined();
  });

  test('and a budget that selects nobody tells that', async () => {
    lab.apply(
      '{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: alone}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: nobody}}}}',
    );
    await lab.seconds(0.1);
    expect(lab.events('alone')).toEqual(['NoPods: No matching pods found']);
  });
});
