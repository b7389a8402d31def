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
const ingress = (spec: object) => ({ metadata: { name: 'x' }, spec });
const path = (fields: object) =>
  ingress({
    rules: [
      {
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } }, ...fields },
          ],
        },
      },
    ],
  });
const withEnv = (variable: object) => pod('x', { containers: [{ ...container, env: [{ name: 'A', ...variable }] }] });
const withVolume = (volume: object, mounts: object[] = []) =>
  pod('x', { volumes: [{ name: 'v', ...volume }], containers: [{ ...container, volumeMounts: mounts }] });

const calico = 'globalnetworkpolicies.crd.projectcalico.org';

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
  'network and policy': [
    [
      'ingresses.networking.k8s.io',
      ingress({}),
      'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
    ],
    [
      'ingresses.networking.k8s.io',
      path({ pathType: undefined }),
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
    ],
    [
      'ingresses.networking.k8s.io',
      path({ backend: {} }),
      'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    ],
    [
      'ingresses.networking.k8s.io',
      path({ path: 'a//b' }),
      'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must be an absolute path',
      'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must not contain \'//\'',
    ],
    [
      'ingresses.networking.k8s.io',
      ingress({ rules: [{ host: '10.0.0.1' }] }),
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ],
    [
      'poddisruptionbudgets.policy',
      { metadata: { name: 'x' }, spec: { minAvailable: '150%', selector } },
      'spec.minAvailable: Invalid value: "150%": must not be greater than 100%',
    ],
    [
      'resourcequotas',
      { metadata: { name: 'x' }, spec: { hard: { foo: '1' } } },
      'spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
      'spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota',
    ],
    [
      'resourcequotas',
      { metadata: { name: 'x' }, spec: { hard: { pods: '-1' } } },
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      'limitranges',
      {
        metadata: { name: 'x' },
        spec: {
          limits: [
            {
              type: 'Container',
              min: { cpu: '2' },
              max: { cpu: '1' },
              default: { cpu: '1' },
              defaultRequest: { cpu: '1' },
            },
          ],
        },
      },
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
    [
      'secrets',
      { metadata: { name: 'x' }, type: 'kubernetes.io/basic-auth' },
      'data[username]: Required value',
      'data[password]: Required value',
    ],
    [
      'secrets',
      { metadata: { name: 'x' }, type: 'kubernetes.io/service-account-token' },
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    [
      'rolebindings.rbac.authorization.k8s.io',
      { metadata: { name: 'x' }, roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'Robot', name: 'a' }] },
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    [
      'priorityclasses.scheduling.k8s.io',
      { metadata: { name: 'system-x' }, value: 1 },
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
    ],
  ],
  calico: [
    [
      calico,
      { metadata: { name: 'x' }, spec: { types: ['ingress'] } },
      'spec.types[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress"',
    ],
    [
      calico,
      { metadata: { name: 'x' }, spec: { ingress: [{ action: 'allow' }, {}] } },
      'spec.ingress[0].action: Unsupported value: "allow": supported values: "Allow", "Deny", "Log", "Pass"',
      'spec.ingress[1].action: Required value',
    ],
    [
      calico,
      { metadata: { name: 'x' }, spec: { order: '10', egress: { action: 'Deny' } } },
      'spec.order: Invalid value: "string": spec.order in body must be of type number: "string"',
      'spec.egress: Invalid value: "object": spec.egress in body must be of type array: "object"',
    ],
    [
      'tiers.crd.projectcalico.org',
      { metadata: { name: 'x' }, spec: { defaultAction: 'Allow' } },
      'spec.defaultAction: Unsupported value: "Allow": supported values: "Pass", "Deny"',
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

test('a quota names the containers that do not say what it counts', () => {
  const { machinery, put } = bench();
  machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
  put('resourcequotas', { metadata: { name: 'q' }, spec: { hard: { 'limits.memory': '1Gi', cpu: '1' } } });
  expect(refusal(() => put('pods', pod('x'))).message).toBe(
    'pods "x" is forbidden: failed quota: q: must specify cpu for: c; limits.memory for: c',
  );
});

test('a field that a Calico kind does not have is refused under strict decoding', () => {
  const body = { metadata: { name: 'x' }, spec: { ingress: [{ action: 'Allow', source: { selectr: 'all()' } }] } };
  expect(refusal(() => bench().put(calico, body, { fieldValidation: 'Strict' })).message).toBe(
    'GlobalNetworkPolicy in version "v1" cannot be handled as a GlobalNetworkPolicy: strict decoding error: unknown field "spec.ingress[0].source.selectr"',
  );
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
