/** describe pod, and the pod templates of workloads. */
import type { Container, ContainerStatus, KubeEvent, Pod, PodTemplateSpec } from '../../kube/objects.ts';
import { ageOf, rfc1123 } from '../print/duration.ts';
import { writeContainers } from './containers.ts';
import { writeEvents } from './events.ts';
import { controllerOf, writeAnnotations, writeLabels } from './metadata.ts';
import { writeTolerations, writeVolumes } from './volumes.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

/** `events` undefined: none are shown. */
export function describePod(pod: Pod, events: readonly KubeEvent[] | undefined, nowMs: number): string {
  const w = describeWriter();
  const { spec, status, metadata } = pod;
  writePodHead(w, pod, nowMs);
  const sections: [string, readonly Container[], readonly ContainerStatus[] | undefined][] = [
    ['Init Containers', spec?.initContainers ?? [], status?.initContainerStatuses],
    ['Containers', spec?.containers ?? [], status?.containerStatuses],
    [
      'Ephemeral Containers',
      (spec?.ephemeralContainers ?? []) as readonly Container[],
      status?.ephemeralContainerStatuses,
    ],
  ];
  for (const [title, containers, statuses = []] of sections) {
    if (containers.length > 0) writeContainers(w, { title, containers, statuses, pod, indent: '' });
  }
  writeGates(w, pod);
  const conditions = status?.conditions ?? [];
  if (conditions.length > 0) w.line(0, 'Conditions:\n  Type\tStatus');
  for (const condition of conditions) w.line(1, `${condition.type} \t${condition.status} `);
  writeVolumes(w, spec?.volumes ?? [], '');
  w.line(0, `QoS Class:\t${status?.qosClass ?? 'BestEffort'}`);
  writeLabels(w, 'Node-Selectors', spec?.nodeSelector);
  writeTolerations(w, 'Tolerations', spec?.tolerations ?? []);
  if (events && metadata) writeEvents(w, events, nowMs);
  return w.aligned();
}

function writePodHead(w: DescribeWriter, pod: Pod, nowMs: number): void {
  const { spec, status, metadata } = pod;
  w.line(0, `Name:\t${metadata.name}`);
  w.line(0, `Namespace:\t${metadata.namespace}`);
  if (spec?.priority !== undefined) w.line(0, `Priority:\t${spec.priority}`);
  if (spec?.priorityClassName) w.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
  if (spec?.runtimeClassName) w.line(0, `Runtime Class Name:\t${spec.runtimeClassName}`);
  if (spec?.serviceAccountName) w.line(0, `Service Account:\t${spec.serviceAccountName}`);
  w.line(0, `Node:\t${spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>'}`);
  if (status?.startTime) w.line(0, `Start Time:\t${rfc1123(status.startTime)}`);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
  if (metadata.deletionTimestamp && status?.phase !== 'Failed' && status?.phase !== 'Succeeded') {
    w.line(0, `Status:\tTerminating (lasts ${ageOf(metadata.deletionTimestamp, nowMs)})`);
    w.line(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else w.line(0, `Status:\t${status?.phase ?? ''}`);
  if (status?.reason) w.line(0, `Reason:\t${status.reason}`);
  if (status?.message) w.line(0, `Message:\t${status.message}`);
  const seccomp = spec?.securityContext?.seccompProfile;
  if (seccomp) w.line(0, `SeccompProfile:\t${seccomp.type}`);
  if (seccomp?.localhostProfile) w.line(0, `LocalhostProfile:\t${seccomp.localhostProfile}`);
  w.line(0, `IP:\t${status?.podIP ?? ''}`);
  const addresses = status?.podIPs ?? [];
  w.line(0, `IPs:${addresses.length === 0 ? '\t<none>' : ''}`);
  for (const { ip } of addresses) w.line(1, `IP:\t${ip}`);
  const owner = controllerOf(pod);
  if (owner) w.line(0, `Controlled By:\t${owner}`);
  if (status?.nominatedNodeName) w.line(0, `NominatedNodeName:\t${status.nominatedNodeName}`);
}

function writeGates(w: DescribeWriter, { spec, status }: Pod): void {
  const gates = spec?.readinessGates ?? [];
  if (gates.length > 0) w.line(0, 'Readiness Gates:\n  Type\tStatus');
  for (const { conditionType } of gates) {
    const condition = status?.conditions?.find(({ type }) => type === conditionType);
    w.line(1, `${conditionType} \t${condition?.status ?? '<none>'} `);
  }
}

/** The `Pod Template:` section of workloads. */
export function writePodTemplate(w: DescribeWriter, template: PodTemplateSpec | undefined): void {
  w.line(0, 'Pod Template:');
  if (!template) {
    w.line(1, '<unset>');
    return;
  }
  const { metadata, spec } = template;
  writeLabels(w, '  Labels', metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0) writeAnnotations(w, '  Annotations', metadata?.annotations);
  if (spec?.serviceAccountName) w.line(1, `Service Account:\t${spec.serviceAccountName}`);
  const indent = '  ';
  const init = spec?.initContainers ?? [];
  if (init.length > 0) writeContainers(w, { title: 'Init Containers', containers: init, statuses: [], indent });
  writeContainers(w, { title: 'Containers', containers: spec?.containers ?? [], statuses: [], indent });
  writeVolumes(w, spec?.volumes ?? [], indent);
  if (spec?.priorityClassName) w.line(1, `Priority Class Name:\t${spec.priorityClassName}`);
  writeLabels(w, '  Node-Selectors', spec?.nodeSelector);
  writeTolerations(w, '  Tolerations', spec?.tolerations ?? []);
}
