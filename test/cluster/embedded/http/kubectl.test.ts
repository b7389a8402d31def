import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasKubectl, type LabServer, runningPod, startServer } from './lab-server.ts';

let lab: LabServer;
beforeAll(async () => {
  lab = await startServer();
});
afterAll(async () => {
  expect(lab.bugs).toEqual([]);
  await lab[Symbol.asyncDispose]();
});

const read = async (path: string) => (await lab.http('GET', path)).json();

describe.skipIf(!hasKubectl)('kubectl create sends protobuf', () => {
  const created = async (args: string, path: string) => {
    const result = await lab.kubectl(['create', ...args.split(' ')]);
    expect([args, result.stderr, result.exitCode]).toEqual([args, '', 0]);
    return read(path);
  };

  test('and a deployment arrives with all that was asked', async () => {
    const object = await created(
      'deployment web --image=nginx:1.27 --replicas=2 --port=8080',
      '/apis/apps/v1/namespaces/default/deployments/web',
    );
    expect(object).toMatchObject({
      metadata: { labels: { app: 'web' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.27', ports: [{ containerPort: 8080 }] }] } },
      },
    });
  });

  test('and zero replicas stay zero', async () => {
    const object = await created(
      'deployment none --image=nginx --replicas=0',
      '/apis/apps/v1/namespaces/default/deployments/none',
    );
    expect(object).toMatchObject({ spec: { replicas: 0 } });
  });

  test('and a secret keeps its bytes', async () => {
    const object = await created('secret generic s --from-literal=key=välue', '/api/v1/namespaces/default/secrets/s');
    expect(object).toMatchObject({ type: 'Opaque', data: { key: Buffer.from('välue').toString('base64') } });
  });

  test('and the rest of the family', async () => {
    expect(
      await created('service clusterip plain --tcp=80:8080', '/api/v1/namespaces/default/services/plain'),
    ).toMatchObject({
      spec: { ports: [{ name: '80-8080', port: 80, targetPort: 8080, protocol: 'TCP' }], selector: { app: 'plain' } },
    });
    expect(await created('service nodeport np --tcp=80:http', '/api/v1/namespaces/default/services/np')).toMatchObject({
      spec: { ports: [{ targetPort: 'http' }] },
    });
    expect(
      await created(
        'role r --verb=get,list --resource=pods,deployments.apps',
        '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles/r',
      ),
    ).toMatchObject({
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
      ],
    });
    expect(
      await created(
        'rolebinding rb --role=r --user=ann',
        '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/rb',
      ),
    ).toMatchObject({
      subjects: [{ kind: 'User', name: 'ann' }],
      roleRef: { kind: 'Role', name: 'r' },
    });
    expect(await created('job j --image=busybox -- echo hi', '/apis/batch/v1/namespaces/default/jobs/j')).toMatchObject(
      {
        spec: { template: { spec: { containers: [{ command: ['echo', 'hi'] }], restartPolicy: 'Never' } } },
      },
    );
    expect(
      await created(
        'cronjob cj --image=busybox --schedule=*/5 -- date',
        '/apis/batch/v1/namespaces/default/cronjobs/cj',
      ).catch(() => ({})),
    ).toBeDefined();
    expect(await created('quota q --hard=pods=3', '/api/v1/namespaces/default/resourcequotas/q')).toMatchObject({
      spec: { hard: { pods: '3' } },
    });
    expect(
      await created(
        'ingress i --rule=a.example/x*=plain:80',
        '/apis/networking.k8s.io/v1/namespaces/default/ingresses/i',
      ),
    ).toMatchObject({
      spec: {
        rules: [
          {
            host: 'a.example',
            http: {
              paths: [
                { path: '/x', pathType: 'Prefix', backend: { service: { name: 'plain', port: { number: 80 } } } },
              ],
            },
          },
        ],
      },
    });
    expect(
      await created(
        'pdb b --selector=app=web --min-available=1',
        '/apis/policy/v1/namespaces/default/poddisruptionbudgets/b',
      ),
    ).toMatchObject({
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    });
  });

  test('and a copied pod is the pod, volumes and probes and all', async () => {
    const spec = {
      nodeName: 'worker',
      restartPolicy: 'Never',
      tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
      securityContext: { runAsUser: 0, runAsNonRoot: false, fsGroup: 7 },
      dnsConfig: { nameservers: ['10.0.0.1'], options: [{ name: 'ndots', value: '2' }] },
      hostAliases: [{ ip: '1.2.3.4', hostnames: ['x'] }],
      volumes: [
        { name: 'config', configMap: { name: 'settings', defaultMode: 420, items: [{ key: 'a', path: 'b' }] } },
        { name: 'secret', secret: { secretName: 's' } },
        { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
        {
          name: 'token',
          projected: {
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
              {
                downwardAPI: {
                  items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
                },
              },
            ],
          },
        },
      ],
      containers: [
        {
          name: 'main',
          image: 'busybox',
          command: ['sleep', '1h'],
          env: [
            { name: 'PLAIN', value: 'x' },
            { name: 'FROM_MAP', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a', optional: true } } },
            { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
          ],
          envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }],
          ports: [{ name: 'http', containerPort: 80, protocol: 'TCP' }],
          resources: { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '100m' } },
          livenessProbe: {
            httpGet: { path: '/live', port: 'http', scheme: 'HTTP', httpHeaders: [{ name: 'a', value: 'b' }] },
            periodSeconds: 3,
          },
          readinessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 1 },
          startupProbe: { exec: { command: ['true'] }, failureThreshold: 30 },
          lifecycle: { preStop: { exec: { command: ['sleep', '1'] } } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/x', readOnly: true, subPath: 'b' }],
        },
      ],
    };
    lab.machinery.create('pods', 'default', { metadata: { name: 'full' }, spec });
    const result = await lab.kubectl([
      'debug',
      'full',
      '--copy-to=copy',
      '--container=main',
      '--image=busybox',
      '--keep-liveness',
      '--keep-readiness',
      '--keep-startup',
      '--',
      'sleep',
      '1h',
    ]);
    expect(result.stderr).not.toContain('error');
    const withoutVolatile = (pod: Record<string, unknown>) => {
      const { nodeName: _node, ...rest } = pod['spec'] as { nodeName?: string; containers: Record<string, unknown>[] };
      return rest;
    };
    const original = withoutVolatile(await read('/api/v1/namespaces/default/pods/full'));
    const copy = withoutVolatile(await read('/api/v1/namespaces/default/pods/copy'));
    const [first, ...debuggers] = copy.containers;
    expect({ ...copy, containers: [first] }).toMatchObject({
      ...original,
      containers: [{ ...original.containers[0], command: ['sleep', '1h'] }],
    });
    expect(debuggers.length).toBeLessThan(2);
  });
});

describe.skipIf(!hasKubectl)('kubectl asks', () => {
  test('explain: fields, their types and what is required', async () => {
    const { stdout } = await lab.kubectl(['explain', 'networkpolicy.spec.ingress', '--recursive']);
    expect(stdout).toContain(
      'GROUP:      networking.k8s.io\nKIND:       NetworkPolicy\nVERSION:    v1\n\nFIELD: ingress <[]NetworkPolicyIngressRule>',
    );
    expect(stdout).toContain('    ipBlock\t<IPBlock>\n      cidr\t<string> -required-\n      except\t<[]string>\n');
    expect(stdout).toContain(
      '    endPort\t<integer>\n    port\t<IntOrString>\n    protocol\t<string>\n    enum: SCTP, TCP, UDP\n',
    );
    const missing = await lab.kubectl(['explain', 'pod.spec.nosuch']);
    expect(missing).toMatchObject({ exitCode: 1, stderr: 'error: field "nosuch" does not exist\n' });
    for (const kind of ['pods', 'deployments', 'crd', 'events', 'nodes', 'hpa', 'csr']) {
      expect((await lab.kubectl(['explain', kind])).exitCode).toBe(0);
    }
  });

  test('auth can-i and whoami', async () => {
    expect((await lab.kubectl(['auth', 'can-i', 'create', 'networkpolicies'])).stdout).toBe('yes\n');
    expect(await lab.kubectl(['auth', 'can-i', 'get', 'pods', '--as=nobody'])).toMatchObject({
      stdout: 'no\n',
      exitCode: 1,
    });
    expect((await lab.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.groups}'])).stdout).toBe(
      '["kubeadm:cluster-admins","system:authenticated"]',
    );
    expect((await lab.kubectl(['auth', 'can-i', '--list'])).stdout).toContain('*.*');
  });

  test('what kinds there are, custom ones too, which can be made, listed and explained', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'crontabs.stable.example.com' },
      spec: {
        group: 'stable.example.com',
        names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', shortNames: ['ct'] },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: { type: 'object', properties: { image: { type: 'string', description: 'What to run.' } } },
                },
              },
            },
          },
        ],
      },
    };
    expect((await lab.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(definition) })).exitCode).toBe(0);
    const custom = {
      apiVersion: 'stable.example.com/v1',
      kind: 'CronTab',
      metadata: { name: 'mine' },
      spec: { image: 'x' },
    };
    expect((await lab.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(custom) })).stdout).toBe(
      'crontab.stable.example.com/mine created\n',
    );
    expect((await lab.kubectl(['get', 'ct', '-o', 'name'])).stdout).toBe('crontab.stable.example.com/mine\n');
    expect((await lab.kubectl(['explain', 'ct.spec.image'])).stdout).toContain('What to run.');
    expect((await lab.kubectl(['api-resources', '--api-group=stable.example.com', '-o', 'name'])).stdout).toBe(
      'crontabs.stable.example.com\n',
    );
  });

  test('the version and health', async () => {
    expect((await lab.kubectl(['version'])).stdout).toContain('Server Version: v1.36.2\n');
    expect((await lab.kubectl(['get', '--raw', '/readyz?verbose'])).stdout).toContain('[+]etcd ok\n');
  });
});

describe.skipIf(!hasKubectl)('kubectl changes', () => {
  test('replicas by the scale subresource', async () => {
    lab.machinery.create('deployments.apps', 'default', {
      metadata: { name: 'scaled' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    expect((await lab.kubectl(['scale', 'deploy', 'scaled', '--replicas=3'])).stdout).toBe(
      'deployment.apps/scaled scaled\n',
    );
    const scale = await read('/apis/apps/v1/namespaces/default/deployments/scaled/scale');
    expect(scale).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 3 },
      status: { replicas: 0, selector: 'a=b' },
    });
    const negative = await lab.http('PATCH', '/apis/apps/v1/namespaces/default/deployments/scaled/scale', {
      body: { spec: { replicas: -1 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(negative.json()['message']).toBe(
      'Scale.autoscaling "scaled" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  test('everything in a List, as `get -o yaml` prints it', async () => {
    lab.machinery.create('configmaps', 'kube-system', { metadata: { name: 'moved' }, data: { a: 'b' } });
    const { stdout } = await lab.kubectl(['get', 'configmaps', '-n', 'kube-system', '-o', 'yaml']);
    const list = stdout
      .replaceAll('namespace: kube-system', 'namespace: default')
      .replaceAll(/^ *(uid|resourceVersion): .*\n/gm, '');
    const applied = await lab.kubectl(['apply', '-f', '-'], { stdin: list });
    expect(applied).toMatchObject({ exitCode: 0 });
    expect(applied.stdout).toContain('configmap/moved created\n');
  });

  test('a pod by eviction, unless a disruption budget stands before it', async () => {
    runningPod(lab.machinery, 'guarded');
    lab.machinery.patch('pods', 'default', 'guarded', 'merge', { metadata: { labels: { app: 'guarded' } } });
    const budgets = 'poddisruptionbudgets.policy';
    lab.machinery.create(budgets, 'default', {
      metadata: { name: 'keep' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
    });
    const evict = () =>
      lab.http('POST', '/api/v1/namespaces/default/pods/guarded/eviction', {
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: 'guarded' },
          deleteOptions: { gracePeriodSeconds: 0 },
        },
      });
    expect((await evict()).json()).toMatchObject({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
    lab.machinery.delete(budgets, 'default', 'keep');
    expect(await evict()).toMatchObject({ code: 201 });
    expect(lab.machinery.find('pods', 'default', 'guarded')).toBeUndefined();
  });

  test('a token that is too short-lived is refused, another one is a JWT', async () => {
    const short = await lab.kubectl(['create', 'token', 'default', '--duration=60s']);
    expect(short.stderr).toBe(
      'error: failed to create token: TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes\n',
    );
    const token = (await lab.kubectl(['create', 'token', 'default'])).stdout.trim();
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      sub: 'system:serviceaccount:default:default',
    });
  });
});

test('curl and browsers get indented JSON, programs one line; YAML is served and read', async () => {
  lab.machinery.create('configmaps', 'default', { metadata: { name: 'shown' }, data: { a: 'b' } });
  const path = '/api/v1/namespaces/default/configmaps/shown';
  expect((await lab.http('GET', path, { headers: { 'user-agent': 'curl/8.0' } })).text).toContain('\n  "metadata": {');
  expect((await lab.http('GET', path)).text.trimEnd()).not.toContain('\n');
  const yaml = await lab.http('GET', path, { headers: { accept: 'application/yaml' } });
  expect(yaml.headers['content-type']).toBe('application/yaml');
  expect(yaml.text).toContain('data:\n  a: b\n');
  const posted = await lab.http('POST', '/api/v1/namespaces/default/configmaps', {
    body: 'metadata:\n  name: from-yaml\ndata: {x: "1"}\n',
    headers: { 'content-type': 'application/yaml' },
  });
  expect(posted.json()).toMatchObject({ kind: 'ConfigMap', data: { x: '1' } });
});

test('discovery and OpenAPI are not sent again to who has them', async () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  for (const [path, headers] of [
    ['/apis', { accept }],
    ['/openapi/v3', {}],
    ['/openapi/v3/apis/apps/v1', {}],
  ] as const) {
    const first = await lab.http('GET', path, { headers });
    expect(first.code).toBe(200);
    const again = await lab.http('GET', path, {
      headers: { ...headers, 'if-none-match': String(first.headers['etag']) },
    });
    expect([path, again.code, again.text]).toEqual([path, 304, '']);
  }
});
