import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatIndexes } from '../../../../src/cluster/embedded/controllers/workloads/job-tally.ts';
import type { Job, Pod } from '../../../../src/kube/objects.ts';
import { condition, openLab, type TestLab } from '../cluster/lab.ts';

/** `spec` and `pod` are YAML flow mappings' inner text. */
const job = (name: string, spec: string, command: string, pod = 'restartPolicy: Never') =>
  `{apiVersion: batch/v1, kind: Job, metadata: {name: ${name}}, spec: {${spec}, template: {spec: {${pod}, containers: [{name: c, image: "busybox:1.36", command: [sh, -c, "${command}"]}]}}}}`;

describe('the job controller', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const get = (name: string) => lab.get<Job>('jobs.batch', name);
  const podsOf = (name: string) =>
    (lab.machinery.list('pods', 'default') as unknown as Pod[]).filter(
      ({ metadata }) => metadata.labels?.['job-name'] === name,
    );
  const types = (name: string) => (get(name).status?.conditions ?? []).map(({ type }) => type);

  test('numbers the pods of an Indexed job and remembers what is done', async () => {
    lab.apply(
      job('par', 'completions: 3, parallelism: 2, completionMode: Indexed', 'echo $JOB_COMPLETION_INDEX; sleep 2'),
    );
    await lab.seconds(1);
    const names = podsOf('par').map(({ metadata }) => metadata.name);
    expect(names).toEqual([expect.stringMatching(/^par-0-[a-z0-9]{5}$/), expect.stringMatching(/^par-1-[a-z0-9]{5}$/)]);
    expect(podsOf('par')[1]).toMatchObject({
      metadata: {
        annotations: { 'batch.kubernetes.io/job-completion-index': '1' },
        labels: { 'batch.kubernetes.io/job-completion-index': '1' },
        finalizers: ['batch.kubernetes.io/job-tracking'],
      },
      spec: { hostname: 'par-1' },
    });
    await lab.until(() => condition(get('par'), 'Complete'));
    expect(get('par').status).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
    expect(podsOf('par').every(({ metadata }) => !metadata.finalizers)).toBe(true);
    expect(podsOf('par')).toHaveLength(3);
  });

  test('is not finished before its last pod is gone, and counts that pod as a failure', async () => {
    lab.apply(job('late', 'activeDeadlineSeconds: 5', 'sleep 100'));
    await lab.seconds(8);
    expect(types('late')).toEqual(['FailureTarget']);
    expect(get('late').status).toMatchObject({ failed: 1, terminating: 1 });
    await lab.until(() => condition(get('late'), 'Failed'));
    expect(get('late').status).toMatchObject({ failed: 1, terminating: 0 });
    expect(podsOf('late')).toEqual([]);
    expect(lab.events('late').slice(1)).toEqual([
      expect.stringMatching(/^SuccessfulDelete: Deleted pod: late-/),
      'DeadlineExceeded: Job was active longer than specified deadline',
    ]);
  });

  test('counts restarts in place against the limit', async () => {
    lab.apply(job('again', 'backoffLimit: 2', 'exit 1', 'restartPolicy: OnFailure, terminationGracePeriodSeconds: 0'));
    await lab.until(() => condition(get('again'), 'Failed'), 120);
    expect(condition(get('again'), 'Failed')).toMatchObject({ reason: 'BackoffLimitExceeded' });
    expect(get('again').status).toMatchObject({ failed: 1 });
  });

  test('remembers pods that somebody deletes', async () => {
    lab.apply(job('two', 'completions: 2', 'true'));
    await lab.until(() => get('two').status?.succeeded === 1);
    for (const { metadata, status } of podsOf('two')) {
      if (status?.phase === 'Succeeded') lab.machinery.delete('pods', 'default', metadata.name ?? '');
    }
    await lab.until(() => condition(get('two'), 'Complete'));
    expect(lab.events('two').filter((event) => event.startsWith('SuccessfulCreate'))).toHaveLength(2);
  });

  test('says when it is suspended and resumed, without counting failures', async () => {
    lab.apply(job('halt', 'suspend: false', 'sleep 50', 'restartPolicy: Never, terminationGracePeriodSeconds: 0'));
    await lab.seconds(3);
    const suspend = (on: boolean) =>
      lab.machinery.patch('jobs.batch', 'default', 'halt', 'merge', { spec: { suspend: on } }, { fieldManager: 't' });
    suspend(true);
    await lab.seconds(3);
    expect(get('halt').status?.failed).toBeUndefined();
    expect(get('halt').status?.startTime).toBeUndefined();
    suspend(false);
    await lab.seconds(3);
    expect(condition(get('halt'), 'Suspended')).toMatchObject({ status: 'False', reason: 'JobResumed' });
    expect(lab.events('halt').filter((event) => !event.includes('pod'))).toEqual([
      'Suspended: Job suspended',
      'Resumed: Job resumed',
    ]);
  });

  test('a deleted job takes its running pods with it', async () => {
    lab.apply(job('gone', 'backoffLimit: 1', 'sleep 100', 'restartPolicy: Never, terminationGracePeriodSeconds: 0'));
    await lab.until(() => podsOf('gone')[0]?.status?.phase === 'Running');
    lab.machinery.delete('jobs.batch', 'default', 'gone', { propagationPolicy: 'Background' });
    await lab.until(() => podsOf('gone').length === 0);
  });

  test('tells its status although it may not make a pod', async () => {
    lab.apply(
      '{apiVersion: v1, kind: ResourceQuota, metadata: {name: none}, spec: {hard: {count/secrets: "0", pods: "0"}}}',
    );
    await lab.seconds(1);
    lab.apply(job('poor', 'backoffLimit: 1', 'true'));
    await lab.seconds(2);
    expect(get('poor').status?.startTime).toBeDefined();
    expect(lab.events('poor')[0]).toMatch(
      /^FailedCreate: Error creating: pods "poor-.{5}" is forbidden: exceeded quota/,
    );
    lab.machinery.delete('resourcequotas', 'default', 'none');
  });
});

test('completed indexes read as the real ones', () => {
  expect(formatIndexes(new Set([1, 0]))).toBe('0,1');
  expect(formatIndexes(new Set([5, 0, 2, 1]))).toBe('0-2,5');
  expect(formatIndexes(new Set())).toBe('');
});
