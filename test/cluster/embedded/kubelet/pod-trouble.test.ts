import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageNameProblem } from '../../../../src/cluster/embedded/kubelet/image-name.ts';
import type { KubeEvent } from '../../../../src/kube/objects.ts';
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

  test('that would run as root although it must not', async () => {
    const nonRoot = 'securityContext: {runAsNonRoot: true';
    lab.apply(podYaml('rooted', 'image: "nginx:1.27"', `${nonRoot}}`));
    lab.apply(podYaml('zero', 'image: "nginx:1.27"', `${nonRoot}, runAsUser: 0}`));
    lab.apply(podYaml('named', 'image: "curlimages/curl:8.11.0", args: [sleep, "9"]', `${nonRoot}}`));
    lab.apply(podYaml('good', 'image: "nginx:1.27"', `${nonRoot}, runAsUser: 101}`));
    await lab.until(() => condition(lab.pod('good'), 'Ready')?.status === 'True');
    const why = (name: string) => stateOf(lab.pod(name)).waiting;
    const where = (name: string) => `(pod: "${name}_default(${lab.pod(name).metadata.uid})", container: ${name})`;
    expect(why('rooted')).toEqual({
      reason: 'CreateContainerConfigError',
      message: `container has runAsNonRoot and image will run as root ${where('rooted')}`,
    });
    expect(why('zero')?.message).toBe(`container's runAsUser breaks non-root policy ${where('zero')}`);
    expect(why('named')?.message).toBe(
      `container has runAsNonRoot and image has non-numeric user (curl_user), cannot verify user is non-root ${where('named')}`,
    );
    expect(lab.events('rooted').at(-1)).toBe(`Failed: Error: ${why('rooted')?.message}`);
  });

  test('leaves its last words in the status', async () => {
    const dies = 'image: "busybox:1.36", command: [sh, -c, "echo -n why > /dev/termination-log; echo no; exit 5"]';
    lab.apply(podYaml('words', dies, 'restartPolicy: Never'));
    await lab.until(() => stateOf(lab.pod('words')).terminated);
    expect(stateOf(lab.pod('words')).terminated).toMatchObject({ exitCode: 5, message: 'why' });
  });

  test('whose postStart hook fails is stopped, and the event keeps the hook to itself', async () => {
    const hook = 'lifecycle: {postStart: {exec: {command: [sh, -c, "echo secret; exit 3"]}}}';
    lab.apply(podYaml('hooked', `image: "nginx:1.27", ${hook}`));
    await lab.until(() => stateOf(lab.pod('hooked')).waiting?.reason === 'PostStartHookError');
    expect(stateOf(lab.pod('hooked')).waiting?.message).toBe(
      `Exec lifecycle hook ([sh -c echo secret; exit 3]) for Container "hooked" in Pod "hooked_default(${lab.pod('hooked').metadata.uid})" failed - error: command 'sh -c echo secret; exit 3' exited with 3: , message: "secret\\n"`,
    );
    expect(lab.events('hooked').slice(4, 6)).toEqual([
      'FailedPostStartHook: PostStartHook failed',
      'Killing: FailedPostStartHook',
    ]);
    await lab.until(() => stateOf(lab.pod('hooked')).waiting?.reason === 'CrashLoopBackOff');
  });

  test('whose probe cannot be tried or takes too long', async () => {
    const probe = (command: string) => `readinessProbe: {exec: {command: [${command}]}}`;
    lab.apply(podYaml('untried', `image: "nginx:1.27", ${probe('nosuch')}`));
    lab.apply(podYaml('slow', `image: "nginx:1.27", ${probe('sleep, "9"')}`));
    await lab.until(() => lab.events('untried').length > 4 && lab.events('slow').length > 4);
    expect(lab.events('untried').at(-1)).toMatch(
      /^Unhealthy: Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "\w{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH$/,
    );
    expect(lab.events('slow').at(-1)).toBe(
      'Unhealthy: Readiness probe failed: command timed out: "sleep 9" timed out after 1s',
    );
  });

  test('on its way out after a failed probe is not probed any more', async () => {
    const probe = 'livenessProbe: {exec: {command: ["false"]}, periodSeconds: 1, failureThreshold: 2}';
    lab.apply(podYaml('failing', `image: "busybox:1.36", command: [sleep, "3600"], ${probe}`));
    await lab.seconds(20);
    const told = lab.events('failing');
    expect(told.at(-1)).toBe('Killing: Container failing failed liveness probe, will be restarted');
    const counts = (lab.machinery.list('events', 'default') as unknown as KubeEvent[]).filter(
      ({ involvedObject, reason }) =>
        involvedObject.name === 'failing' && ['Killing', 'Unhealthy'].includes(reason ?? ''),
    );
    expect(counts.map(({ reason, count }) => `${reason} ${count}`)).toEqual(['Unhealthy 2', 'Killing 1']);
  });

  test('whose pull secrets are missing hears of it, and starts where the image is there', async () => {
    lab.apply(podYaml('secretless', 'image: "nginx:1.27"', 'imagePullSecrets: [{name: regcred}, {name: other}]'));
    await lab.until(() => lab.pod('secretless').status?.phase === 'Running');
    expect(lab.events('secretless')[1]).toBe(
      'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (regcred, other); attempting to pull the image may not succeed.',
    );
  });

  test('whose root may not be written to cannot start nginx, until its volumes let it', async () => {
    const frozen = 'image: "nginx:1.27", securityContext: {readOnlyRootFilesystem: true}';
    lab.apply(podYaml('frozen', `${frozen}, terminationMessagePolicy: FallbackToLogsOnError`));
    const mounts = 'volumeMounts: [{name: cache, mountPath: /var/cache/nginx}, {name: run, mountPath: /run}]';
    lab.apply(
      podYaml('thawed', `${frozen}, ${mounts}`, 'volumes: [{name: cache, emptyDir: {}}, {name: run, emptyDir: {}}]'),
    );
    const end = () => lab.pod('frozen').status?.containerStatuses?.[0]?.lastState?.terminated;
    await lab.until(() => end() && condition(lab.pod('thawed'), 'Ready')?.status === 'True');
    expect(end()).toMatchObject({ exitCode: 1 });
    expect(end()?.message).toMatch(
      /default\.conf \(read-only file system\?\)\n[\s\S]*\nnginx: \[emerg\] mkdir\(\) "\/var\/cache\/nginx\/client_temp" failed \(30: Read-only file system\)\n$/,
    );
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
