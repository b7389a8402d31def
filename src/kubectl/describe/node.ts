/** describe node: what it is, how it is, and what runs on it. */
import type { KubeEvent, KubeObject, Node, Pod } from '../../kube/objects.ts';
import { quantityToNumber } from '../../kube/quantity.ts';
import { ageOf, rfc1123 } from '../print/duration.ts';
import { formatQuantity } from '../print/quantity.ts';
import { writeEvents } from './events.ts';
import { sortedKeys, text, writeAnnotations, writeLabels } from './metadata.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

export interface NodeFacts {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly lease: KubeObject | undefined;
  readonly events: readonly KubeEvent[] | undefined;
  readonly nowMs: number;
}

const rolePrefix = 'node-role.kubernetes.io/';

export function describeNode({ node, pods, lease, events, nowMs }: NodeFacts): string {
  const w = describeWriter();
  const { metadata, spec, status } = node;
  const labels = metadata.labels ?? {};
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith(rolePrefix) && key.length > rolePrefix.length)
    .map((key) => key.slice(rolePrefix.length));
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Roles:\t${roles.sort().join(',') || '<none>'}`);
  writeLabels(w, 'Labels', labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  w.line(0, `CreationTimestamp:\t${rfc1123(metadata.creationTimestamp)}`);
  const taints = (spec?.taints ?? [])
    .map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`)
    .sort();
  if (taints.length === 0) w.line(0, 'Taints:\t<none>');
  taints.forEach((taint, i) => {
    w.line(0, `${i === 0 ? 'Taints:' : ''}\t${taint}`);
  });
  w.line(0, `Unschedulable:\t${spec?.unschedulable ?? false}`);
  writeLease(w, lease);
  writeConditions(w, node);
  w.line(0, 'Addresses:');
  for (const { type, address } of status?.addresses ?? []) w.line(1, `${type}:\t${address}`);
  writeAmounts(w, 'Capacity', status?.capacity);
  writeAmounts(w, 'Allocatable', status?.allocatable);
  writeSystem(w, node);
  if (spec?.podCIDR) w.line(0, `PodCIDR:\t${spec.podCIDR}`);
  if (spec?.podCIDRs?.length) w.line(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}`);
  if (spec?.providerID) w.line(0, `ProviderID:\t${spec.providerID}`);
  writePods(w, node, pods, nowMs);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

function writeLease(w: DescribeWriter, lease: KubeObject | undefined): void {
  if (!lease) return;
  w.line(0, 'Lease:');
  w.line(1, `HolderIdentity:\t${text(lease, 'spec.holderIdentity', '<unset>')}`);
  const time = (path: string): string => (text(lease, path) ? rfc1123(text(lease, path)) : '<unset>');
  w.line(1, `AcquireTime:\t${time('spec.acquireTime')}`);
  w.line(1, `RenewTime:\t${time('spec.renewTime')}`);
}

function writeConditions(w: DescribeWriter, { status }: Node): void {
  if (!status?.conditions?.length) return;
  w.line(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage');
  w.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
  for (const { type, status: state, lastHeartbeatTime, lastTransitionTime, reason, message } of status.conditions) {
    const times = `${rfc1123(lastHeartbeatTime)} \t${rfc1123(lastTransitionTime)}`;
    w.line(1, `${type} \t${state} \t${times} \t${reason} \t${message}`);
  }
}

function writeAmounts(w: DescribeWriter, title: string, amounts: Readonly<Record<string, string>> | undefined): void {
  if (!amounts) return;
  w.line(0, `${title}:`);
  for (const key of sortedKeys(amounts)) w.line(1, `${key}:\t${amounts[key]}`);
}

function writeSystem(w: DescribeWriter, { status }: Node): void {
  const info = status?.nodeInfo;
  w.line(0, 'System Info:');
  w.line(1, `Machine ID:\t${info?.machineID ?? ''}`);
  w.line(1, `System UUID:\t${info?.systemUUID ?? ''}`);
  w.line(1, `Boot ID:\t${info?.bootID ?? ''}`);
  w.line(1, `Kernel Version:\t${info?.kernelVersion ?? ''}`);
  w.line(1, `OS Image:\t${info?.osImage ?? ''}`);
  w.line(1, `Operating System:\t${info?.operatingSystem ?? ''}`);
  w.line(1, `Architecture:\t${info?.architecture ?? ''}`);
  w.line(1, `Container Runtime Version:\t${info?.containerRuntimeVersion ?? ''}`);
  w.line(1, `Kubelet Version:\t${info?.kubeletVersion ?? ''}`);
  w.line(1, `Kube-Proxy Version:\t${info?.kubeProxyVersion ?? ''}`);
}

const columns = ['requests.cpu', 'limits.cpu', 'requests.memory', 'limits.memory'] as const;

function writePods(w: DescribeWriter, node: Node, pods: readonly Pod[], nowMs: number): void {
  const allocatable = node.status?.allocatable ?? {};
  w.line(0, `Non-terminated Pods:\t(${pods.length} in total)`);
  w.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  w.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  for (const pod of pods) {
    const cells = columns.map((column) => share(sumOf([pod], column), column, allocatable));
    w.line(
      1,
      `${pod.metadata.namespace}\t${pod.metadata.name}\t\t${cells.join('\t')}\t${ageOf(pod.metadata.creationTimestamp, nowMs)}`,
    );
  }
  w.line(
    0,
    'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n  Resource\tRequests\tLimits',
  );
  w.line(1, '--------\t--------\t------');
  const names = [
    'cpu',
    'memory',
    'ephemeral-storage',
    ...sortedKeys(allocatable).filter((name) => name.startsWith('hugepages-')),
  ];
  for (const name of names) {
    const [requests, limits] = ['requests', 'limits'].map((kind) =>
      share(sumOf(pods, `${kind}.${name}`), `${kind}.${name}`, allocatable),
    );
    w.line(1, `${name}\t${requests}\t${limits}`);
  }
}

function sumOf(pods: readonly Pod[], column: string): number {
  const [kind = '', ...name] = column.split('.');
  const containers = pods.flatMap(({ spec }) => spec?.containers ?? []);
  return containers.reduce(
    (sum, { resources }) => sum + quantityToNumber(resources?.[kind as 'limits' | 'requests']?.[name.join('.')] ?? '0'),
    0,
  );
}

/** `250m (12%)` */
function share(amount: number, column: string, allocatable: Readonly<Record<string, string>>): string {
  const name = column.slice(column.indexOf('.') + 1);
  const total = quantityToNumber(allocatable[name] ?? '0');
  const percent = total === 0 ? 0 : Math.trunc((amount / total) * 100);
  return `${formatQuantity(amount, name)} (${percent}%)`;
}
