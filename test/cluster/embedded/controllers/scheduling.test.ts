import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../../../src/kube/objects.ts';
import { condition, openLab, podYaml, type TestLab } from '../cluster/lab.ts';

const sleeper = 'image: "busybox:1.36", command: [sleep, "3600"]';
const preemption = (nodes: number, helpless: number, victims = nodes - helpless) =>
  `no new claims to deallocate, preemption: 0/${nodes} nodes are available: ${[
    ...(victims > 0 ? [`${victims} No preemption victims found for incoming pod`] : []),
    ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
  ].join(', ')}.`;

describe('the scheduler', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await openLab({ workers: 2 });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const nodeOf = (name: string) => lab.pod(name).spec?.nodeName;
  const refusal = async (name: string) => {
    await lab.seconds(0.01);
    return condition(lab.pod(name), 'PodScheduled')?.message;
  };

  test('avoids the tainted control plane and spreads pods over the workers', async () => {
    lab.apply(podYaml('a', sleeper));
    lab.apply(podYaml('b', sleeper));
    await lab.seconds(0.01);
    expect([nodeOf('a'), nodeOf('b')].sort()).toEqual(['netpol-worker', 'netpol-worker2']);
  });

  test('names for every node why it will not do', async () => {
    lab.apply(podYaml('nowhere', sleeper, 'nodeSelector: {disk: ssd}'));
    expect(await refusal('nowhere')).toBe(
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. ${preemption(3, 3)}`,
    );
    expect(condition(lab.pod('nowhere'), 'PodScheduled')).toMatchObject({ status: 'False', reason: 'Unschedulable' });
    expect(lab.events('nowhere')).toEqual([
      `FailedScheduling: ${condition(lab.pod('nowhere'), 'PodScheduled')?.message}`,
    ]);
  });

  test('places a waiting pod as soon as a node changes its labels', async () => {
    const node = lab.get<Node>('nodes', 'netpol-worker2', '');
    lab.machinery.patch('nodes', undefined, 'netpol-worker2', 'merge', { metadata: { labels: { disk: 'ssd' } } });
    await lab.seconds(0.01);
    expect([node.metadata.name, nodeOf('nowhere')]).toEqual(['netpol-worker2', 'netpol-worker2']);
  });

  test('follows tolerations, node affinity and a given node name', async () => {
    lab.apply(
      podYaml(
        'cp',
        sleeper,
        'tolerations: [{operator: Exists}], nodeSelector: {node-role.kubernetes.io/control-plane: ""}',
      ),
    );
    const terms =
      'nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: NotIn, values: [netpol-worker]}]}]';
    lab.apply(
      podYaml(
        'not-one',
        sleeper,
        `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {${terms}}}}`,
      ),
    );
    lab.apply(podYaml('given', sleeper, 'nodeName: netpol-control-plane'));
    await lab.seconds(0.01);
    expect(['cp', 'not-one', 'given'].map(nodeOf)).toEqual([
      'netpol-control-plane',
      'netpol-worker2',
      'netpol-control-plane',
    ]);
    expect(lab.events('given').some((line) => line.startsWith('Scheduled'))).toBe(false);
  });

  test('counts requests and host ports, and retries when room is made', async () => {
    lab.apply(podYaml('big', `${sleeper}, resources: {requests: {cpu: "99"}}`));
    expect(await refusal('big')).toBe(
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. ${preemption(3, 1)}`,
    );
    for (const name of ['p1', 'p2', 'p3'])
      lab.apply(
        podYaml(name, `${sleeper}, ports: [{containerPort: 80, hostPort: 8080}]`, 'terminationGracePeriodSeconds: 0'),
      );
    expect(await refusal('p3')).toContain("2 node(s) didn't have free ports for the requested pod ports");
    lab.machinery.delete('pods', 'default', 'p1');
    await lab.until(() => nodeOf('p3'));
  });

  test('keeps pods apart or together as their affinity says', async () => {
    const apart =
      'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {group: apart}}}]}}';
    const grouped = (name: string, spec: string) =>
      podYaml(name, sleeper, spec).replace(`{app: ${name}}`, `{app: ${name}, group: apart}`);
    for (const name of ['x1', 'x2', 'x3']) lab.apply(grouped(name, apart));
    expect(await refusal('x3')).toContain("2 node(s) didn't match pod anti-affinity rules");
    lab.apply(
      podYaml(
        'friend',
        sleeper,
        'affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: x2}}}]}}',
      ),
    );
    await lab.seconds(0.01);
    expect(nodeOf('friend')).toBe(nodeOf('x2'));
  });

  test('leaves a cordoned node alone', async () => {
    for (const name of ['netpol-worker', 'netpol-worker2'])
      lab.machinery.patch('nodes', undefined, name, 'merge', { spec: { unschedulable: true } });
    lab.apply(podYaml('late', sleeper));
    expect(await refusal('late')).toContain('2 node(s) were unschedulable');
    lab.machinery.patch('nodes', undefined, 'netpol-worker', 'merge', { spec: { unschedulable: null } });
    await lab.seconds(0.01);
    const pod: Pod = lab.pod('late');
    expect(pod.spec?.nodeName).toBe('netpol-worker');
  });

  test('takes pods off a node with a NoExecute taint, at once or when their toleration runs out', async () => {
    const tolerate = 'tolerations: [{key: gone, operator: Exists, effect: NoExecute, tolerationSeconds: 30}]';
    for (const [name, spec] of [
      ['hasty', ''],
      ['patient', tolerate],
    ] as const) {
      lab.apply(
        podYaml(name, sleeper, `nodeName: netpol-worker2, terminationGracePeriodSeconds: 0${spec ? `, ${spec}` : ''}`),
      );
    }
    await lab.until(() => lab.pod('patient').status?.phase === 'Running');
    const taints = [{ key: 'gone', effect: 'NoExecute' }];
    lab.machinery.patch('nodes', undefined, 'netpol-worker2', 'merge', { spec: { taints } });
    await lab.seconds(1);
    expect(lab.machinery.find('pods', 'default', 'hasty')).toBeUndefined();
    expect(lab.events('hasty')).toContain('TaintManagerEviction: Marking for deletion Pod default/hasty');
    expect(lab.pod('patient').metadata.deletionTimestamp).toBeUndefined();
    await lab.until(() => !lab.machinery.find('pods', 'default', 'patient'));
  });

  test('a cordoned node gets a taint, and its kubelet says so; an uncordoned one loses it', async () => {
    const cordon = (unschedulable: boolean | null) =>
      lab.machinery.patch('nodes', undefined, 'netpol-worker2', 'merge', { spec: { unschedulable } });
    const taints = () =>
      ((lab.machinery.get('nodes', undefined, 'netpol-worker2') as unknown as Node).spec?.taints ?? []).filter(
        ({ key }) => key.startsWith('node.kubernetes.io/'),
      );
    cordon(true);
    await lab.seconds(11);
    expect(taints()).toEqual([
      { effect: 'NoSchedule', key: 'node.kubernetes.io/unschedulable', timeAdded: expect.any(String) },
    ]);
    cordon(null);
    await lab.seconds(11);
    expect(taints()).toEqual([]);
    expect(lab.events('netpol-worker2')).toEqual([
      'RegisteredNode: Node netpol-worker2 event: Registered Node netpol-worker2 in Controller',
      'NodeNotSchedulable: Node netpol-worker2 status is now: NodeNotSchedulable',
      'NodeSchedulable: Node netpol-worker2 status is now: NodeSchedulable',
    ]);
  });

  test('a pod behind a gate says so, and goes on when it opens', async () => {
    lab.apply(podYaml('gated', 'image: "nginx:1.27"', 'schedulingGates: [{name: example.com/wait}]'));
    await lab.seconds(1);
    expect(condition(lab.pod('gated'), 'PodScheduled')).toMatchObject({
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    });
    expect(lab.events('gated')).toEqual([]);
    lab.machinery.patch('pods', 'default', 'gated', 'merge', { spec: { schedulingGates: null } });
    await lab.until(() => lab.pod('gated').status?.phase === 'Running');
    expect(condition(lab.pod('gated'), 'PodScheduled')).toMatchObject({ status: 'True' });
  });
});
