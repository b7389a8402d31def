import { describe, expect, test } from 'vitest';
import { bench, deployment, pod, refusal } from './bench.ts';

const container = { name: 'c', image: 'busybox:1.36' };
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: 'x' } };
const workload = (spec: object) => ({ metadata: { name: 'x' }, spec: { selector, template, ...spec } });
const job = (spec: object, restartPolicy = 'Never') => ({
  metadata: { name: 'x' },
  spec: { template: { spec: { containers: [container], restartPolicy } }, ...spec },
});
const cron = (spec: object) => ({
  metadata: { name: 'x' },
  spec: { schedule: '* * * * *', jobTemplate: { spec: job({}).spec }, ...spec },
});
const withEnv = (variable: object) => pod('x', { containers: [{ ...container, env: [{ name: 'A', ...variable }] }] });
const withVolume = (volume: object, mounts: object[] = []) =>
  pod('x', { volumes: [{ name: 'v', ...volume }], containers: [{ ...container, volumeMounts: mounts }] });

type Case = readonly [id: string, body: object, ...complaints: string[]];

/** Kind, body, and the complaints as kubectl lists them. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  pods: [
    [
      'pods',
      withEnv({ valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }),
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
    ],
    [
      'pods',
      withEnv({ valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } }),
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo',
    ],
    [
      'pods',
      withEnv({ valueFrom: { secretKeyRef: { name: 's', key: '' } } }),
      'spec.containers[0].env[0].valueFrom.secretKeyRef.key: Required value',
    ],
    [
      'pods',
      withVolume({ hostPath: { path: '/a/../b' } }),
      'spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
    ],
    [
      'pods',
      withVolume({ configMap: {} }, [{ name: 'v', mountPath: '/v' }]),
      'spec.volumes[0].configMap.name: Required value',
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      'pods',
      withVolume({ emptyDir: {}, secret: { secretName: 's' } }),
      'spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'pods',
      pod('x', { containers: [{ ...container, resources: { limits: { foo: '1' } } }] }),
      'spec.containers[0].resources.limits[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.limits[foo]: Invalid value: "foo": must be a standard resource for containers',
      // what is limited is requested
      'spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource for containers',
    ],
    [
      'pods',
      pod('x', {
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a b' }] } },
      }),
      "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [
      'pods',
      pod('x', { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] }),
      'spec.tolerations[0].operator: Invalid value: {"Key":"a","Operator":"Exists","Value":"b","Effect":"","TolerationSeconds":null}: value must be empty when `operator` is \'Exists\'',
    ],
    [
      'pods',
      pod('x', { dnsPolicy: 'None' }),
      'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
    ],
    [
      'pods',
      pod('x', { securityContext: { seccompProfile: { type: 'Localhost' } } }),
      'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
    ],
  ],
  workloads: [
    [
      'deployments.apps',
      deployment('x', { strategy: { type: 'Rolling' } }),
      'spec.strategy: Unsupported value: {"Type":"Rolling","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
    ],
    [
      'deployments.apps',
      deployment('x', { strategy: { rollingUpdate: { maxUnavailable: '150%' } } }),
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
    ],
    [
      'daemonsets.apps',
      workload({ updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }),
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ],
    [
      'statefulsets.apps',
      workload({ updateStrategy: { type: 'Foo' } }),
      'spec.updateStrategy: Invalid value: {"Type":"Foo","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
    ],
    [
      'jobs.batch',
      job({ completionMode: 'Indexed', parallelism: 2 }),
      'spec.completions: Required value: when completion mode is Indexed',
    ],
    [
      'jobs.batch',
      job({}, 'Sometimes'),
      'spec.template.spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.template.spec.restartPolicy: Unsupported value: "Sometimes": supported values: "OnFailure", "Never"',
    ],
    [
      'cronjobs.batch',
      cron({ schedule: '61 * * * *' }),
      'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
    ],
    [
      'cronjobs.batch',
      cron({ schedule: 'x * * * *' }),
      'spec.schedule: Invalid value: "x * * * *": failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax',
    ],
    [
      'cronjobs.batch',
      cron({ schedule: 'TZ=UTC * * * * *' }),
      'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
    [
      'cronjobs.batch',
      cron({ timeZone: 'Foo/Bar' }),
      'spec.timeZone: Invalid value: "Foo/Bar": unknown time zone Foo/Bar',
    ],
  ],
};

describe.each(Object.entries(cases))('%s', (_kind, list) => {
  test.each(list.map((row) => [row[0], row] as const))('%s', (id, [, body, ...complaints]) => {
    const { machinery, put } = bench();
    machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
    const { details } = refusal(() => put(id, body));
    expect(details?.causes?.map(({ field, message }) => `${field}: ${message}`)).toEqual(complaints);
  });
});

test("a Job's template is for life, and shown as the server keeps it", () => {
  const { machinery, put } = bench();
  put('jobs.batch', job({}));
  const containers = [{ ...container, image: 'other' }];
  const { message = '' } = refusal(() =>
    machinery.patch('jobs.batch', 'shop', 'x', 'strategic', { spec: { template: { spec: { containers } } } }),
  );
  expect(message).toMatch(
    /^Job\.batch "x" is invalid: spec\.template: Invalid value: \{"labels":\{"batch\.kubernetes\.io\/controller-uid":.*"Spec":\{"Volumes":null,"InitContainers":null,"Containers":\[\{"Name":"c","Image":"other",.*: field is immutable$/,
  );
});

test('on the network of its node a pod takes the ports of the node, a template leaves them open', () => {
  const { machinery, put } = bench();
  machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
  const spec = { hostNetwork: true, containers: [{ ...container, ports: [{ containerPort: 80 }] }] };
  expect(put('pods', pod('x', spec))['spec']).toMatchObject({ containers: [{ ports: [{ hostPort: 80 }] }] });
  const set = put('daemonsets.apps', workload({ template: { ...template, spec } }));
  expect(JSON.stringify(set['spec'])).not.toContain('hostPort');
});
