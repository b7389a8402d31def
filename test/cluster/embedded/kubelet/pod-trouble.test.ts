import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageNameProblem } from '../../../../src/cluster/embedded/kubelet/image-name.ts';
import { condition, openLab, podYaml, stateOf, type TestLab } from '../cluster/lab.ts';

describe('a pod in trouble', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  test('with an image that has no proper name is told so, without a pull', async () => {
    lab.apply(podYaml('misnamed', 'image: "Nginx:1.27"'));
    await lab.until(() => stateOf(lab.pod('misnamed')).waiting?.reason === 'InvalidImageName');
    const why =
      'Failed to apply default image tag "Nginx:1.27": couldn\'t parse image name "Nginx:1.27": invalid reference format: repository name (library/Nginx) must be lowercase';
    expect(stateOf(lab.pod('misnamed')).waiting?.message).toBe(why);
    expect(lab.events('misnamed').slice(1)).toEqual([`InspectFailed: ${why}`, 'Failed: Error: InvalidImageName']);
  });

  test('whose process cannot be started never began, as far as the clock knows', async () => {
    lab.apply(podYaml('unstarted', 'image: "busybox:1.36", command: [/nosuch]'));
    await lab.until(() => lab.pod('unstarted').status?.containerStatuses?.[0]?.lastState?.terminated);
    expect(lab.pod('unstarted').status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      startedAt: '1970-01-01T00:00:00Z',
    });
  });

  test('past its deadline is unready at once, and failed when its last container is gone', async () => {
    lab.apply(podYaml('late', 'image: "busybox:1.36", command: [sleep, "1000"]', 'activeDeadlineSeconds: 5'));
    await lab.seconds(10);
    expect(lab.pod('late').status).toMatchObject({ phase: 'Running' });
    expect(lab.pod('late').status?.reason).toBeUndefined();
    expect(condition(lab.pod('late'), 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' });
    await lab.until(() => lab.pod('late').status?.phase === 'Failed');
    expect(lab.pod('late').status).toMatchObject({ reason: 'DeadlineExceeded' });
    expect(stateOf(lab.pod('late')).terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
  });
});

test.each([
  ['nginx', undefined],
  ['nginx:1.27', undefined],
  ['registry.example.com:5000/team/app_x/y--z:v1.2-rc.1', undefined],
  ['localhost/app', undefined],
  [`nginx@sha256:${'a'.repeat(64)}`, undefined],
  ['nginx:', 'invalid reference format'],
  ['nginx:a:b', 'invalid reference format'],
  ['nginx: 1.27', 'invalid reference format'],
  ['nginx@sha256:abc', 'invalid reference format'],
  ['team//app', 'invalid reference format'],
  ['example.com/Team/App:v1', 'invalid reference format: repository name (Team/App) must be lowercase'],
  ['a'.repeat(64), `invalid repository name (${'a'.repeat(64)}), cannot specify 64-byte hexadecimal strings`],
])('the image name %j: %s', (name, problem) => {
  expect(imageNameProblem(name)).toBe(problem);
});
