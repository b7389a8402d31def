import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EndpointSlice, Endpoints } from '../../../../src/kube/objects.ts';
import { condition, openLab, podYaml, type TestLab } from '../cluster/lab.ts';

describe('endpoints of a Service', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const slices = (service: string) =>
    (lab.machinery.list('endpointslices.discovery.k8s.io', 'default') as unknown as EndpointSlice[]).filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service,
    );
  const endpoints = (service: string) =>
    (lab.machinery.find('endpoints', 'default', service) as unknown as Endpoints | undefined)?.subsets ?? [];
  const service = (name: string, spec: string) =>
    lab.apply(`{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {${spec}}}`);

  test('follow the readiness of the pods that it selects', async () => {
    service('web', 'selector: {app: web}, ports: [{name: http, port: 80, targetPort: web-port}]');
    await lab.seconds(0.01);
    expect(slices('web').map(({ endpoints: list, ports }) => [list ?? [], ports ?? []])).toEqual([[[], []]]);
    lab.apply(
      podYaml(
        'web',
        'image: "nginx:1.27", ports: [{name: web-port, containerPort: 80}], readinessProbe: {exec: {command: [test, -e, /tmp/ok]}, periodSeconds: 1}, lifecycle: {postStart: {exec: {command: [sh, -c, "(sleep 5; touch /tmp/ok) &"]}}}',
      ),
    );
    await lab.until(() => lab.pod('web').status?.phase === 'Running');
    await lab.seconds(0.1);
    const ip = lab.pod('web').status?.podIP;
    expect(endpoints('web')).toMatchObject([
      { notReadyAddresses: [{ ip }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    ]);
    expect(slices('web')[0]?.endpoints).toMatchObject([
      {
        addresses: [ip],
        conditions: { ready: false, serving: false, terminating: false },
        nodeName: 'netpol-worker',
        targetRef: { kind: 'Pod', name: 'web' },
      },
    ]);
    await lab.until(() => condition(lab.pod('web'), 'Ready')?.status === 'True');
    await lab.seconds(0.1);
    expect(endpoints('web')).toMatchObject([{ addresses: [{ ip }] }]);
    expect(slices('web')[0]?.endpoints?.[0]?.conditions?.ready).toBe(true);
  });

  test('lead nowhere for a port name that no container declares', async () => {
    service('wrong-name', 'selector: {app: web}, ports: [{port: 80, targetPort: nosuch}]');
    await lab.seconds(0.1);
    expect(endpoints('wrong-name')).toEqual([]);
  });

  test('drop a pod whose label goes, and a pod that is being deleted', async () => {
    lab.apply(
      podYaml('second', 'image: "busybox:1.36", command: [sleep, "3600"]', 'terminationGracePeriodSeconds: 20').replace(
        '{app: second}',
        '{app: pool}',
      ),
    );
    lab.apply(
      podYaml('third', 'image: "busybox:1.36", command: [sleep, "3600"]').replace('{app: third}', '{app: pool}'),
    );
    service('pool', 'selector: {app: pool}, ports: [{port: 7}]');
    const ips = () => endpoints('pool').flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
    await lab.until(() => ips().length === 2);
    lab.machinery.patch('pods', 'default', 'third', 'merge', { metadata: { labels: { app: 'other' } } });
    await lab.seconds(0.1);
    expect(ips()).toEqual([lab.pod('second').status?.podIP]);
    lab.machinery.delete('pods', 'default', 'second');
    await lab.seconds(1);
    expect(ips()).toEqual([]);
    expect(slices('pool')[0]?.endpoints).toMatchObject([
      { conditions: { ready: false, serving: true, terminating: true } },
    ]);
  });

  test('of a Service without selector are what somebody writes, mirrored into a slice', async () => {
    service('manual', 'ports: [{port: 80}]');
    lab.apply(
      '{apiVersion: v1, kind: Endpoints, metadata: {name: manual}, subsets: [{addresses: [{ip: 192.0.2.10}], ports: [{port: 80}]}]}',
    );
    await lab.seconds(0.1);
    expect(
      slices('manual').map(({ metadata, endpoints: list }) => [
        metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
        list?.[0]?.addresses,
      ]),
    ).toEqual([['endpointslicemirroring-controller.k8s.io', ['192.0.2.10']]]);
  });

  test('go with their Service, and come back when somebody deletes them', async () => {
    const [slice] = slices('web');
    lab.machinery.delete('endpointslices.discovery.k8s.io', 'default', slice?.metadata.name ?? '');
    await lab.seconds(0.1);
    expect(slices('web').length).toBe(1);
    lab.machinery.delete('services', 'default', 'web');
    await lab.seconds(0.1);
    expect(slices('web')).toEqual([]);
    expect(lab.machinery.find('endpoints', 'default', 'web')).toBeUndefined();
  });
});
