import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ResourceQuota,
  StatefulSet,
} from '../../../../src/kube/objects.ts';
import { condition, openLab, type TestLab } from '../cluster/lab.ts';

const template = (app: string, container: string, spec = '') =>
  `{metadata: {labels: {app: ${app}}}, spec: {terminationGracePeriodSeconds: 0, ${spec}containers: [{name: c, ${container}}]}}`;
const nginx = 'image: "nginx:1.27"';

/** A status that tells of an older spec proves nothing: `rollout status` looks at this first, too. */
const isObserved = (object: { metadata: { generation?: number }; status?: { observedGeneration?: number } }) =>
  object.status?.observedGeneration === object.metadata.generation;

describe('workload controllers', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab({ workers: 2 });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const podsOf = (app: string) =>
    (lab.machinery.list('pods', 'default') as unknown as Pod[]).filter(
      ({ metadata }) => metadata.labels?.['app'] === app,
    );
  const deployment = (name: string) => lab.get<Deployment>('deployments.apps', name);
  const setsOf = (name: string) =>
    (lab.machinery.list('replicasets.apps', 'default') as unknown as ReplicaSet[]).filter(({ metadata }) =>
      metadata.name?.startsWith(`${name}-`),
    );
  const patch = (resource: string, name: string, body: object) =>
    lab.machinery.patch(resource, 'default', name, 'merge', body, { fieldManager: 'test' });

  test('a Deployment brings up its pods, rolls to a new template and back without losing availability', async () => {
    lab.apply(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 4, selector: {matchLabels: {app: web}}, template: ${template('web', nginx)}}}`,
    );
    await lab.until(() => deployment('web').status?.availableReplicas === 4);
    expect(deployment('web').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(condition(deployment('web'), 'Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable' });
    const [first] = setsOf('web');
    expect(lab.events('web')).toEqual([`ScalingReplicaSet: Scaled up replica set ${first?.metadata.name} from 0 to 4`]);

    let least = 4;
    const watch = lab.machinery.subscribe('pods', () => {
      const ready = podsOf('web').filter(
        (pod) => condition(pod, 'Ready')?.status === 'True' && !pod.metadata.deletionTimestamp,
      );
      least = Math.min(least, ready.length);
    });
    patch('deployments.apps', 'web', {
      spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'] }] } } },
    });
    await lab.until(
      () =>
        isObserved(deployment('web')) &&
        deployment('web').status?.updatedReplicas === 4 &&
        !deployment('web').status?.unavailableReplicas &&
        deployment('web').status?.replicas === 4,
    );
    watch();
    expect(least).toBeGreaterThanOrEqual(3);
    expect(
      setsOf('web')
        .map(({ spec }) => spec?.replicas)
        .sort(),
    ).toEqual([0, 4]);

    patch('deployments.apps', 'web', {
      spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.27', command: null }] } } },
    });
    await lab.until(
      () => lab.get<ReplicaSet>('replicasets.apps', first?.metadata.name ?? '').status?.availableReplicas === 4,
    );
    const revived = lab.get<ReplicaSet>('replicasets.apps', first?.metadata.name ?? '');
    expect([
      revived.metadata.annotations?.['deployment.kubernetes.io/revision'],
      revived.metadata.annotations?.['deployment.kubernetes.io/revision-history'],
    ]).toEqual(['3', '1']);
  });

  test('a Deployment that cannot get ready keeps the old pods and says so after its deadline', async () => {
    patch('deployments.apps', 'web', {
      spec: {
        progressDeadlineSeconds: 30,
        template: { spec: { containers: [{ name: 'c', image: 'example.com/none:1' }] } },
      },
    });
    await lab.until(() => condition(deployment('web'), 'Progressing')?.reason === 'ProgressDeadlineExceeded', 120);
    expect(deployment('web').status).toMatchObject({ availableReplicas: 3, updatedReplicas: 2 });
    expect(condition(deployment('web'), 'Available')?.status).toBe('True');
  });

  test('Recreate ends every old pod before it starts a new one; pausing holds a change back', async () => {
    lab.apply(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: once}, spec: {replicas: 2, strategy: {type: Recreate}, selector: {matchLabels: {app: once}}, template: ${template('once', nginx)}}}`,
    );
    await lab.until(() => deployment('once').status?.availableReplicas === 2);
    patch('deployments.apps', 'once', {
      spec: { paused: true, template: { metadata: { annotations: { change: '1' } } } },
    });
    await lab.seconds(5);
    expect(setsOf('once').length).toBe(1);
    const old = new Set(podsOf('once').map(({ metadata }) => metadata.uid));
    let mixed = false;
    const watch = lab.machinery.subscribe('pods', () => {
      const uids = podsOf('once').map(({ metadata }) => metadata.uid);
      mixed ||= uids.some((uid) => old.has(uid)) && uids.some((uid) => !old.has(uid));
    });
    patch('deployments.apps', 'once', { spec: { paused: false } });
    await lab.until(
      () =>
        isObserved(deployment('once')) &&
        deployment('once').status?.updatedReplicas === 2 &&
        deployment('once').status?.availableReplicas === 2,
    );
    watch();
    expect([mixed, setsOf('once').length]).toEqual([false, 2]);
  });

  test('a ReplicaSet replaces, adopts and releases pods by label', async () => {
    lab.apply(
      '{apiVersion: v1, kind: Pod, metadata: {name: orphan, labels: {app: rs}}, spec: {containers: [{name: c, image: "nginx:1.27"}]}}',
    );
    lab.apply(
      `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: rs}, spec: {replicas: 2, selector: {matchLabels: {app: rs}}, template: ${template('rs', nginx)}}}`,
    );
    await lab.until(() => lab.get<ReplicaSet>('replicasets.apps', 'rs').status?.readyReplicas === 2);
    expect(podsOf('rs').length).toBe(2);
    expect(lab.pod('orphan').metadata.ownerReferences?.[0]?.name).toBe('rs');
    patch('pods', 'orphan', { metadata: { labels: { app: 'free' } } });
    await lab.until(() => podsOf('rs').length === 2);
    expect(lab.pod('orphan').metadata.ownerReferences ?? []).toEqual([]);
  });

  test('a StatefulSet numbers its pods, waits for each, and replaces from the top', async () => {
    lab.apply(
      `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: db, replicas: 3, selector: {matchLabels: {app: db}}, template: ${template('db', nginx)}}}`,
    );
    const set = () => lab.get<StatefulSet>('statefulsets.apps', 'db');
    await lab.until(() => podsOf('db').length === 2);
    expect(podsOf('db').map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1']);
    await lab.until(() => set().status?.readyReplicas === 3);
    expect(lab.events('db')).toContain('SuccessfulCreate: create Pod db-2 in StatefulSet db successful');
    expect(lab.pod('db-1').spec).toMatchObject({ hostname: 'db-1', subdomain: 'db' });
    const before = podsOf('db').map(({ metadata }) => metadata.uid);
    const gone: string[] = [];
    const watch = lab.machinery.subscribe('pods', ({ type, object }) => {
      if (type === 'DELETED' && object.metadata.name?.startsWith('db-')) gone.push(object.metadata.name);
    });
    patch('statefulsets.apps', 'db', { spec: { template: { metadata: { annotations: { v: '2' } } } } });
    await lab.until(
      () =>
        isObserved(set()) &&
        set().status?.currentRevision === set().status?.updateRevision &&
        set().status?.updatedReplicas === 3,
    );
    watch();
    expect(gone).toEqual(['db-2', 'db-1', 'db-0']);
    expect(podsOf('db').some(({ metadata }) => before.includes(metadata.uid))).toBe(false);
    patch('statefulsets.apps', 'db', { spec: { replicas: 1 } });
    await lab.until(() => podsOf('db').length === 1);
    expect(podsOf('db')[0]?.metadata.name).toBe('db-0');
  });

  test('a DaemonSet has one pod on every node that bears it', async () => {
    lab.apply(
      `{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: {matchLabels: {app: agent}}, template: ${template('agent', nginx)}}}`,
    );
    const set = () => lab.get<DaemonSet>('daemonsets.apps', 'agent');
    await lab.until(() => set().status?.numberReady === 2);
    expect(
      podsOf('agent')
        .map(({ spec }) => spec?.nodeName)
        .sort(),
    ).toEqual(['netpol-worker', 'netpol-worker2']);
    patch('daemonsets.apps', 'agent', { spec: { template: { spec: { tolerations: [{ operator: 'Exists' }] } } } });
    await lab.until(() => set().status?.updatedNumberScheduled === 3 && set().status?.numberReady === 3);
  });

  test('a ReplicaSet whose pods are refused keeps its first complaint, and does not try again at once', async () => {
    lab.apply(
      '{apiVersion: v1, kind: Namespace, metadata: {name: strict, labels: {pod-security.kubernetes.io/enforce: restricted}}}',
    );
    lab.apply(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: refused, namespace: strict}, spec: {selector: {matchLabels: {app: refused}}, template: ${template('refused', nginx)}}}`,
    );
    const refused = () => lab.machinery.list('replicasets.apps', 'strict')[0] as unknown as ReplicaSet;
    await lab.seconds(5);
    const first = condition(refused(), 'ReplicaFailure');
    expect(first).toMatchObject({ reason: 'FailedCreate', status: 'True' });
    expect(first?.message).toContain('is forbidden: violates PodSecurity "restricted:latest"');
    await lab.seconds(20);
    expect(condition(refused(), 'ReplicaFailure')).toEqual(first);
  });

  test('a Job runs to its completions, and fails after its limit', async () => {
    lab.apply(
      '{apiVersion: batch/v1, kind: Job, metadata: {name: good}, spec: {completions: 3, parallelism: 2, template: {metadata: {labels: {app: good}}, spec: {restartPolicy: Never, containers: [{name: c, image: "busybox:1.36", command: ["true"]}]}}}}',
    );
    lab.apply(
      '{apiVersion: batch/v1, kind: Job, metadata: {name: bad}, spec: {backoffLimit: 1, template: {metadata: {labels: {app: bad}}, spec: {restartPolicy: Never, containers: [{name: c, image: "busybox:1.36", command: ["false"]}]}}}}',
    );
    await lab.until(
      () =>
        condition(lab.get<Job>('jobs.batch', 'good'), 'Complete') &&
        condition(lab.get<Job>('jobs.batch', 'bad'), 'Failed'),
      120,
    );
    expect(lab.get<Job>('jobs.batch', 'good').status).toMatchObject({ succeeded: 3 });
    expect(lab.events('good').at(-1)).toBe('Completed: Job completed');
    expect(condition(lab.get<Job>('jobs.batch', 'bad'), 'Failed')).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    });
    expect(podsOf('bad').length).toBe(2);
  });

  test('a CronJob starts a Job every minute and keeps a short history', async () => {
    lab.apply(
      '{apiVersion: batch/v1, kind: CronJob, metadata: {name: tick}, spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "busybox:1.36", command: ["true"]}]}}}}}}',
    );
    await lab.seconds(6 * 60);
    const jobs = lab.machinery
      .list('jobs.batch', 'default')
      .filter(({ metadata }) => metadata.name?.startsWith('tick-'));
    expect(jobs.length).toBeGreaterThanOrEqual(3);
    expect(jobs.length).toBeLessThanOrEqual(4);
    expect(lab.get<CronJob>('cronjobs.batch', 'tick').status?.lastScheduleTime).toBeDefined();
    lab.machinery.delete('cronjobs.batch', 'default', 'tick');
    await lab.until(() =>
      lab.machinery.list('jobs.batch', 'default').every(({ metadata }) => !metadata.name?.startsWith('tick-')),
    );
  });

  test('a budget counts healthy pods, a quota what is used', async () => {
    lab.apply(
      '{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: agents}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: agent}}}}',
    );
    lab.apply(
      '{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {configmaps: "9", requests.cpu: "2"}}}',
    );
    await lab.seconds(0.1);
    expect(lab.get<PodDisruptionBudget>('poddisruptionbudgets.policy', 'agents').status).toMatchObject({
      currentHealthy: 3,
      expectedPods: 3,
      desiredHealthy: 2,
      disruptionsAllowed: 1,
    });
    expect(lab.get<ResourceQuota>('resourcequotas', 'q').status).toEqual({
      hard: { configmaps: '9', 'requests.cpu': '2' },
      used: { configmaps: '1', 'requests.cpu': '0' },
    });
  });
});
