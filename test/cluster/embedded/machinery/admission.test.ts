import { expect, test } from 'vitest';
import { bench, deployment, deployments, pod, refusal } from './bench.ts';

test('a pod gets an account, a token volume, a priority and tolerations', () => {
  const { put } = bench();
  const { spec } = put('pods', pod('a')) as unknown as { spec: Record<string, unknown> };
  expect(spec).toMatchObject({
    serviceAccountName: 'default',
    serviceAccount: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
  });
  const [volume] = spec['volumes'] as { name: string }[];
  expect(volume?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
  expect(spec['containers']).toMatchObject([
    {
      volumeMounts: [
        { name: volume?.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ],
    },
  ]);
  expect(spec['tolerations']).toEqual(
    ['not-ready', 'unreachable'].map((name) => ({
      key: `node.kubernetes.io/${name}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
  );
});

test('who does not want a token gets none', () => {
  const { put } = bench();
  const { spec } = put('pods', pod('a', { automountServiceAccountToken: false })) as unknown as { spec: object };
  expect(spec).not.toHaveProperty('volumes');
});

test('an account or a priority class that does not exist is refused', () => {
  const { put } = bench();
  expect(refusal(() => put('pods', pod('a', { serviceAccountName: 'robot' })))).toMatchObject({
    code: 403,
    message: 'pods "a" is forbidden: error looking up service account shop/robot: serviceaccount "robot" not found',
  });
  expect(refusal(() => put('pods', pod('a', { priorityClassName: 'high' }))).message).toBe(
    'pods "a" is forbidden: no PriorityClass with name high was found',
  );
});

function enforce(level: string, mode = 'enforce') {
  const lab = bench();
  const metadata = { labels: { [`pod-security.kubernetes.io/${mode}`]: level } };
  lab.machinery.patch('namespaces', undefined, 'shop', 'merge', { metadata });
  return lab;
}

test('the baseline level refuses host namespaces and privileged containers', () => {
  const { put } = enforce('baseline');
  put('pods', pod('fine'));
  const containers = [{ name: 'c', image: 'a', securityContext: { privileged: true } }];
  expect(refusal(() => put('pods', pod('a', { hostNetwork: true, containers })))).toMatchObject({
    code: 403,
    message:
      'pods "a" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), privileged (container "c" must not set securityContext.privileged=true)',
  });
});

test('the restricted level says all that is missing, and lets a careful pod in', () => {
  const { put } = enforce('restricted');
  expect(refusal(() => put('pods', pod('a'))).message).toBe(
    'pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  );
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  put(
    'pods',
    pod('careful', {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'c', image: 'a', securityContext }],
    }),
  );
});

test('a warning level warns, about templates too', () => {
  const { put } = enforce('baseline', 'warn');
  const warnings: string[] = [];
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { hostPID: true, containers: [{ name: 'c', image: 'a' }] },
  };
  put(deployments, deployment('web', { template }), { warn: (text) => warnings.push(text) });
  expect(warnings).toEqual(['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)']);
});

test('a stricter level names the pods that would not fit', () => {
  const { machinery, put } = bench();
  put('pods', pod('a'));
  put('pods', pod('b'));
  const warnings: string[] = [];
  const metadata = { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
  machinery.patch('namespaces', undefined, 'shop', 'merge', { metadata }, { warn: (text) => warnings.push(text) });
  expect(warnings).toEqual([
    'existing pods in namespace "shop" violate the new PodSecurity enforce level "restricted:latest"',
    'a (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
  ]);
});

test('a quota counts', () => {
  const { put } = bench();
  put('resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods: '1' } },
  });
  put('pods', pod('a'));
  expect(refusal(() => put('pods', pod('b'))).message).toBe(
    'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
  );
});

test('a limit range fills in and refuses', () => {
  const { put } = bench();
  const limits = [{ type: 'Container', default: { memory: '64Mi' }, max: { memory: '1Gi' } }];
  put('limitranges', { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits } });
  expect(put('pods', pod('a'))).toMatchObject({
    spec: { containers: [{ resources: { limits: { memory: '64Mi' }, requests: { memory: '64Mi' } } }] },
    status: { qosClass: 'Burstable' },
  });
  const containers = [{ name: 'c', image: 'a', resources: { limits: { memory: '2Gi' } } }];
  expect(refusal(() => put('pods', pod('b', { containers }))).message).toBe(
    'pods "b" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
  );
});

test('a LimitRange says what it filled in, and bounds containers, whole pods and the ratio of limit to request', () => {
  const { machinery, put } = bench();
  machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
  put('limitranges', {
    metadata: { name: 'l' },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '500m' },
          defaultRequest: { cpu: '250m' },
          maxLimitRequestRatio: { cpu: '2' },
        },
        { type: 'Pod', max: { cpu: '800m' } },
      ],
    },
  });
  expect(put('pods', pod('fits')).metadata.annotations).toEqual({
    'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
  });
  const two = (limit: string) => ({
    containers: ['a', 'b'].map((name) => ({ name, image: 'x', resources: { limits: { cpu: limit } } })),
  });
  expect(refusal(() => put('pods', pod('wide', two('1')))).message).toBe(
    'pods "wide" is forbidden: maximum cpu usage per Pod is 800m, but limit is 2',
  );
  const steep = {
    containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '100m' }, limits: { cpu: '800m' } } }],
  };
  expect(refusal(() => put('pods', pod('steep', steep))).message).toBe(
    'pods "steep" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 8.000000',
  );
});

test('what is malformed is called invalid before any quota is asked', () => {
  const { machinery, put } = bench();
  machinery.create('serviceaccounts', 'shop', { metadata: { name: 'default' } });
  put('resourcequotas', { metadata: { name: 'q' }, spec: { hard: { pods: '0' } } });
  expect(refusal(() => put('pods', pod('x', { restartPolicy: 'always' }))).reason).toBe('Invalid');
  expect(refusal(() => put('pods', pod('x'))).message).toContain('exceeded quota: q, requested: pods=1');
});
