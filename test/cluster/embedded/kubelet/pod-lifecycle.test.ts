import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { condition, openLab, podYaml, stateOf, type TestLab } from '../cluster/lab.ts';

const sleeper = 'image: "busybox:1.36", command: [sleep, "3600"]';

describe('a pod on a node', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const phase = (name: string) => lab.pod(name).status?.phase;

  test('goes from Pending through ContainerCreating to Running, with an address and the words of the kubelet', async () => {
    lab.apply(podYaml('box', sleeper));
    await lab.seconds(0.01);
    expect([phase('box'), stateOf(lab.pod('box')).waiting?.reason]).toEqual(['Pending', 'ContainerCreating']);
    await lab.until(() => phase('box') === 'Running');
    const pod = lab.pod('box');
    expect(pod.status?.podIP).toMatch(/^10\.244\./);
    expect(pod.metadata.annotations?.['cni.projectcalico.org/podIP']).toBe(`${pod.status?.podIP}/32`);
    expect(condition(pod, 'Ready')?.status).toBe('True');
    expect(lab.events('box')).toEqual([
      'Scheduled: Successfully assigned default/box to netpol-worker',
      'Pulled: Container image "busybox:1.36" already present on machine and can be accessed by the pod',
      'Created: Container created',
      'Started: Container started',
    ]);
  });

  test('crashes, restarts at once, then backs off 10 s and 20 s', async () => {
    lab.apply(podYaml('crash', 'image: "busybox:1.36", command: [sh, -c, "echo run; exit 3"]'));
    await lab.until(() => stateOf(lab.pod('crash')).waiting?.reason === 'CrashLoopBackOff');
    const { uid } = lab.pod('crash').metadata;
    expect(lab.pod('crash').status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
      state: { waiting: { message: `back-off 10s restarting failed container=crash pod=crash_default(${uid})` } },
    });
    const first = lab.clock.now();
    await lab.until(() => lab.pod('crash').status?.containerStatuses?.[0]?.restartCount === 2);
    expect((lab.clock.now() - first) / 1000).toBeGreaterThan(8);
    await lab.until(() => stateOf(lab.pod('crash')).waiting?.message?.startsWith('back-off 20s'));
    expect(phase('crash')).toBe('Running');
    expect(lab.events('crash').at(-1)).toBe(
      `BackOff: Back-off restarting failed container crash in pod crash_default(${uid})`,
    );
  });

  test('ends for good where nothing restarts it, and gives its address back', async () => {
    lab.apply(podYaml('done', 'image: "busybox:1.36", command: ["true"]', 'restartPolicy: Never'));
    lab.apply(podYaml('sad', 'image: "busybox:1.36", command: ["false"]', 'restartPolicy: Never'));
    await lab.until(() => phase('done') === 'Succeeded' && phase('sad') === 'Failed');
    const done = lab.pod('done');
    expect(done.metadata.annotations?.['cni.projectcalico.org/podIP']).toBe('');
    expect(done.status?.podIP).toMatch(/^10\.244\./);
    expect(condition(done, 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' });
    expect(condition(done, 'PodReadyToStartContainers')?.status).toBe('False');
    expect(condition(lab.pod('sad'), 'ContainersReady')?.reason).toBe('PodFailed');
  });

  test('waits for a volume whose source is missing, and starts when it appears', async () => {
    lab.apply(
      podYaml(
        'novol',
        `${sleeper}, volumeMounts: [{name: c, mountPath: /c}]`,
        'volumes: [{name: c, configMap: {name: later}}]',
      ),
    );
    await lab.seconds(20);
    expect(stateOf(lab.pod('novol')).waiting?.reason).toBe('ContainerCreating');
    expect(lab.events('novol')).toContain(
      'FailedMount: MountVolume.SetUp failed for volume "c" : configmap "later" not found',
    );
    lab.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: later}, data: {key: value}}');
    await lab.until(() => phase('novol') === 'Running');
  });

  test('says what its environment lacks', async () => {
    lab.apply(podYaml('nosecret', `${sleeper}, env: [{name: A, valueFrom: {secretKeyRef: {name: gone, key: a}}}]`));
    await lab.until(() => stateOf(lab.pod('nosecret')).waiting?.reason === 'CreateContainerConfigError');
    expect(stateOf(lab.pod('nosecret')).waiting?.message).toBe('secret "gone" not found');
    expect(lab.events('nosecret')).toContain('Failed: Error: secret "gone" not found');
    lab.apply('{apiVersion: v1, kind: Secret, metadata: {name: gone}, stringData: {a: b}}');
    await lab.until(() => phase('nosecret') === 'Running');
  });

  test('cannot pull an image that the catalogue lacks, and the message names a way out', async () => {
    lab.apply(podYaml('strange', 'image: "example.com/nobody/knows:1"'));
    await lab.until(() => stateOf(lab.pod('strange')).waiting?.reason === 'ErrImagePull');
    expect(stateOf(lab.pod('strange')).waiting?.message).toMatch(/example\.com\/nobody\/knows:1: not found .*kind/);
    await lab.until(() => stateOf(lab.pod('strange')).waiting?.reason === 'ImagePullBackOff');
    expect(lab.events('strange')).toEqual(
      expect.arrayContaining([
        'Pulling: Pulling image "example.com/nobody/knows:1"',
        'Failed: Error: ErrImagePull',
        'BackOff: Back-off pulling image "example.com/nobody/knows:1"',
      ]),
    );
  });

  test('reports a command that is not there as containerd does', async () => {
    lab.apply(podYaml('typo', 'image: "busybox:1.36", command: [nosuch]'));
    await lab.until(() => stateOf(lab.pod('typo')).waiting?.reason === 'RunContainerError');
    const status = lab.pod('typo').status?.containerStatuses?.[0];
    expect(status?.lastState?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
    expect(status?.state?.waiting?.message).toContain('exec: "nosuch": executable file not found in $PATH');
    await lab.until(() => stateOf(lab.pod('typo')).waiting?.reason === 'CrashLoopBackOff', 90);
  });

  test('runs init containers one by one, then sidecars beside the rest, and stops the sidecar last', async () => {
    const init = (name: string, command: string, more = '') =>
      `{name: ${name}, image: "busybox:1.36", command: [sh, -c, "${command}"]${more}}`;
    lab.apply(
      podYaml(
        'staged',
        'image: "busybox:1.36", command: [sh, -c, "sleep 5"]',
        `restartPolicy: Never, initContainers: [${init('prep', 'sleep 3')}, ${init('side', 'sleep 3600', ', restartPolicy: Always')}]`,
      ),
    );
    await lab.seconds(2);
    expect(condition(lab.pod('staged'), 'Initialized')).toMatchObject({
      status: 'False',
      message: 'containers with incomplete status: [prep side]',
    });
    expect(stateOf(lab.pod('staged')).waiting?.reason).toBe('PodInitializing');
    await lab.until(() => phase('staged') === 'Running');
    expect(lab.pod('staged').status?.initContainerStatuses).toMatchObject([
      { name: 'prep', ready: true, state: { terminated: { reason: 'Completed' } } },
      { name: 'side', ready: true, started: true, state: { running: {} } },
    ]);
    await lab.until(() => phase('staged') === 'Succeeded', 90);
    expect(lab.events('staged')).toContain('Killing: Stopping container side');
  });

  test('is ready, restarted or held back by what its probes see through the network', async () => {
    const port = (number: number) => `httpGet: {path: /, port: ${number}}, periodSeconds: 2`;
    lab.apply(
      podYaml('good', `image: "nginx:1.27", readinessProbe: {${port(80)}}, livenessProbe: {exec: {command: ["true"]}}`),
    );
    lab.apply(podYaml('unready', `image: "nginx:1.27", readinessProbe: {${port(8080)}}`));
    lab.apply(
      podYaml(
        'sick',
        `image: "nginx:1.27", livenessProbe: {exec: {command: [cat, /nosuch]}, periodSeconds: 1, failureThreshold: 2}`,
        'terminationGracePeriodSeconds: 1',
      ),
    );
    await lab.until(() => condition(lab.pod('good'), 'Ready')?.status === 'True');
    await lab.until(() => lab.pod('sick').status?.containerStatuses?.[0]?.restartCount);
    expect(condition(lab.pod('unready'), 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [unready]',
    });
    const ip = lab.pod('unready').status?.podIP;
    expect(lab.events('unready')).toContain(
      `Unhealthy: Readiness probe failed: Get "http://${ip}:8080/": dial tcp ${ip}:8080: connect: connection refused`,
    );
    expect(lab.events('sick')).toContain('Killing: Container sick failed liveness probe, will be restarted');
    expect(
      lab
        .events('sick')
        .some(
          (line) =>
            line.startsWith("Unhealthy: Liveness probe failed: cat: can't open '/nosuch'") ||
            line.startsWith('Unhealthy: Liveness probe failed: cat: /nosuch'),
        ),
    ).toBe(true);
  });

  test('counts as started only after its startup probe', async () => {
    lab.apply(
      podYaml(
        'slow',
        `${sleeper}, startupProbe: {exec: {command: [test, -e, /tmp/up]}, periodSeconds: 1, failureThreshold: 30}, lifecycle: {postStart: {exec: {command: [sh, -c, "(sleep 6; touch /tmp/up) &"]}}}`,
      ),
    );
    await lab.until(() => phase('slow') === 'Running');
    expect(lab.pod('slow').status?.containerStatuses?.[0]).toMatchObject({ started: false, ready: false });
    await lab.until(() => lab.pod('slow').status?.containerStatuses?.[0]?.started);
    expect(condition(lab.pod('slow'), 'Ready')?.status).toBe('True');
  });

  test('gets its grace period: a process that ignores SIGTERM is killed when it is over', async () => {
    lab.apply(podYaml('stubborn', sleeper, 'terminationGracePeriodSeconds: 12'));
    lab.apply(podYaml('polite', 'image: "nginx:1.27"', 'terminationGracePeriodSeconds: 12'));
    await lab.until(() => phase('stubborn') === 'Running' && phase('polite') === 'Running');
    lab.machinery.delete('pods', 'default', 'stubborn');
    lab.machinery.delete('pods', 'default', 'polite');
    const asked = lab.clock.now();
    await lab.until(() => !lab.machinery.find('pods', 'default', 'polite'));
    expect(lab.clock.now() - asked).toBeLessThan(3000);
    expect(lab.events('polite')).toContain('Killing: Stopping container polite');
    await lab.until(() => !lab.machinery.find('pods', 'default', 'stubborn'));
    expect(lab.clock.now() - asked).toBeGreaterThan(11_500);
  });

  test('restarts a container whose image is changed', async () => {
    lab.apply(podYaml('swap', sleeper, 'terminationGracePeriodSeconds: 1'));
    await lab.until(() => phase('swap') === 'Running');
    const patch = { spec: { containers: [{ name: 'swap', image: 'busybox:1.37' }] } };
    lab.machinery.patch('pods', 'default', 'swap', 'strategic', patch);
    await lab.until(() => lab.pod('swap').status?.containerStatuses?.[0]?.restartCount === 1);
    await lab.until(() => condition(lab.pod('swap'), 'Ready')?.status === 'True');
    expect(lab.events('swap')).toContain('Killing: Container swap definition changed, will be restarted');
  });

  test('is stopped at its deadline', async () => {
    lab.apply(podYaml('late', sleeper, 'activeDeadlineSeconds: 20, terminationGracePeriodSeconds: 1'));
    await lab.until(() => phase('late') === 'Failed');
    expect(lab.pod('late').status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  test('takes an ephemeral container while it runs', async () => {
    lab.apply(podYaml('web', 'image: "nginx:1.27"'));
    await lab.until(() => phase('web') === 'Running');
    const pod = lab.pod('web');
    const debug = {
      name: 'dbg',
      image: 'busybox:1.36',
      command: ['sh', '-c', 'echo seen; exit 7'],
      targetContainerName: 'web',
    };
    const changed = { ...pod, spec: { ...pod.spec, ephemeralContainers: [debug] } } as unknown as KubeObject;
    lab.machinery.update('pods', 'default', changed, { subresource: 'ephemeralcontainers' });
    const ended = () => lab.pod('web').status?.ephemeralContainerStatuses?.[0]?.state?.terminated;
    await lab.until(ended);
    expect([ended()?.exitCode, phase('web'), condition(lab.pod('web'), 'Ready')?.status]).toEqual([
      7,
      'Running',
      'True',
    ]);
  });

  test('has the variables of Services that were there before it, and not of later ones', async () => {
    const service = (name: string) =>
      `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {selector: {app: x}, ports: [{name: http, port: 80}]}}`;
    lab.apply(service('early-bird'));
    lab.apply(
      podYaml(
        'env',
        'image: "busybox:1.36", command: [sh, -c, "env; sleep 3600"], env: [{name: ME, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: URL, value: "http://$(ME):80 $$(ME)"}]',
      ),
    );
    await lab.until(() => phase('env') === 'Running');
    lab.apply(service('late-comer'));
    const lines = (await read(lab, 'env')).split('\n');
    const { podIP } = lab.pod('env').status ?? {};
    const early = lab.get<{ spec: { clusterIP: string } }>('services', 'early-bird').spec.clusterIP;
    expect(lines).toEqual(
      expect.arrayContaining([
        `ME=${podIP}`,
        `URL=http://${podIP}:80 $(ME)`,
        `EARLY_BIRD_PORT_80_TCP=tcp://${early}:80`,
        'EARLY_BIRD_SERVICE_PORT_HTTP=80',
        'KUBERNETES_SERVICE_HOST=10.96.0.1',
        'HOSTNAME=env',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('LATE_COMER'))).toEqual([]);
  });

  test('sees its ConfigMaps, Secrets, downward facts and token as files', async () => {
    lab.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: conf}, data: {mode: fast, more: "1"}}');
    lab.apply('{apiVersion: v1, kind: Secret, metadata: {name: cred}, stringData: {pw: hunter2}}');
    const mounts =
      '{name: c, mountPath: /etc/conf}, {name: c, mountPath: /etc/one, subPath: mode}, {name: s, mountPath: /etc/cred}, {name: d, mountPath: /etc/pod}';
    const volumes =
      '{name: c, configMap: {name: conf}}, {name: s, secret: {secretName: cred}}, {name: d, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}';
    const script =
      'cat /etc/conf/mode /etc/one /etc/cred/pw /etc/pod/labels /var/run/secrets/kubernetes.io/serviceaccount/namespace; echo; sleep 3600';
    lab.apply(
      podYaml(
        'files',
        `image: "busybox:1.36", command: [sh, -c, "${script}"], volumeMounts: [${mounts}]`,
        `volumes: [${volumes}]`,
      ),
    );
    await lab.until(() => phase('files') === 'Running');
    await lab.seconds(1);
    expect(await read(lab, 'files')).toBe('fastfasthunter2app="files"default\n');
  });
});

/** The log, through the API's log endpoint as kubectl asks for it. */
async function read(lab: TestLab, pod: string): Promise<string> {
  const { request } = await import('node:https');
  const { url, caPem, clientCertPem, clientKeyPem } = lab.cluster;
  return new Promise((resolve, reject) => {
    const call = request(
      `${url}/api/v1/namespaces/default/pods/${pod}/log`,
      { ca: caPem, cert: clientCertPem, key: clientKeyPem, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      },
    );
    call.on('error', reject);
    call.end();
  });
}
