/** The containers of a pod or pod template, as describe prints them. */
import type { Container, ContainerStatus, Pod } from '../../kube/objects.ts';
import { rfc1123 } from '../print/duration.ts';
import { boolText, sortedKeys } from './metadata.ts';
import { describeProbe } from './probes.ts';
import type { DescribeWriter } from './writer.ts';

export interface ContainersSection {
  readonly title: string;
  readonly containers: readonly Container[];
  readonly statuses: readonly ContainerStatus[];
  /** Of a running pod, so that fieldRef values can be shown. */
  readonly pod?: Pod;
  /** '  ' inside a pod template. */
  readonly indent: string;
}

export function writeContainers(w: DescribeWriter, section: ContainersSection): void {
  const { title, containers, statuses, indent } = section;
  w.line(0, `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    w.line(1, `${indent === '' ? '' : ' '}${container.name}:`);
    writeBasics(w, container, status);
    writeWords(w, 'Command', container.command);
    writeWords(w, 'Args', container.args);
    if (status) writeState(w, status);
    writeAmounts(w, 'Limits', container.resources?.limits);
    writeAmounts(w, 'Requests', container.resources?.requests);
    if (container.livenessProbe) w.line(2, `Liveness:\t${describeProbe(container.livenessProbe)}`);
    if (container.readinessProbe) w.line(2, `Readiness:\t${describeProbe(container.readinessProbe)}`);
    if (container.startupProbe) w.line(2, `Startup:\t${describeProbe(container.startupProbe)}`);
    if ((container.envFrom ?? []).length > 0) writeEnvFrom(w, container);
    writeEnv(w, container, section.pod);
    writeMounts(w, container);
  }
}

function writeBasics(w: DescribeWriter, container: Container, status: ContainerStatus | undefined): void {
  if (status) w.line(2, `Container ID:\t${status.containerID ?? ''}`);
  w.line(2, `Image:\t${container.image ?? ''}`);
  if (status) w.line(2, `Image ID:\t${status.imageID}`);
  const ports = container.ports ?? [];
  const shown = (number: (port: (typeof ports)[number]) => number): string =>
    ports.map((port) => `${number(port)}/${port.protocol ?? 'TCP'}${port.name ? ` (${port.name})` : ''}`).join(', ') ||
    '<none>';
  const plural = ports.length > 1 ? 's' : '';
  w.line(2, `Port${plural}:\t${shown((port) => port.containerPort)}`);
  w.line(2, `Host Port${plural}:\t${shown((port) => port.hostPort ?? 0)}`);
  const seccomp = container.securityContext?.seccompProfile;
  if (seccomp) w.line(2, `SeccompProfile:\t${seccomp.type}`);
  if (seccomp?.localhostProfile) w.line(3, `LocalhostProfile:\t${seccomp.localhostProfile}`);
}

function writeWords(w: DescribeWriter, title: string, words: readonly string[] | undefined): void {
  if (!words || words.length === 0) return;
  w.line(2, `${title}:`);
  for (const word of words) for (const part of word.split('\n')) w.line(3, part);
}

function writeState(w: DescribeWriter, status: ContainerStatus): void {
  writeOneState(w, 'State', status.state ?? {});
  if (status.lastState?.terminated) writeOneState(w, 'Last State', status.lastState);
  w.line(2, `Ready:\t${boolText(status.ready)}`);
  w.line(2, `Restart Count:\t${status.restartCount}`);
}

function writeOneState(w: DescribeWriter, title: string, state: NonNullable<ContainerStatus['state']>): void {
  const { running, terminated, waiting } = state;
  if (running) {
    w.line(2, `${title}:\tRunning`);
    w.line(3, `Started:\t${rfc1123(running.startedAt)}`);
  } else if (terminated) {
    w.line(2, `${title}:\tTerminated`);
    if (terminated.reason) w.line(3, `Reason:\t${terminated.reason}`);
    if (terminated.message) w.line(3, `Message:\t${terminated.message}`);
    w.line(3, `Exit Code:\t${terminated.exitCode}`);
    if (terminated.signal) w.line(3, `Signal:\t${terminated.signal}`);
    w.line(3, `Started:\t${rfc1123(terminated.startedAt)}`);
    w.line(3, `Finished:\t${rfc1123(terminated.finishedAt)}`);
  } else {
    w.line(2, `${title}:\tWaiting`);
    if (waiting?.reason) w.line(3, `Reason:\t${waiting.reason}`);
  }
}

function writeAmounts(w: DescribeWriter, title: string, amounts: Readonly<Record<string, string>> | undefined): void {
  const keys = sortedKeys(amounts);
  if (keys.length === 0) return;
  w.line(2, `${title}:`);
  for (const key of keys) w.line(3, `${key}:\t${amounts?.[key]}`);
}

function writeEnvFrom(w: DescribeWriter, container: Container): void {
  w.line(2, 'Environment Variables from:');
  for (const { configMapRef, secretRef, prefix } of container.envFrom ?? []) {
    const from = configMapRef ? 'ConfigMap' : 'Secret';
    const ref = configMapRef ?? secretRef;
    w.line(
      3,
      `${ref?.name ?? ''}\t${from}${prefix ? ` with prefix '${prefix}'` : ''}\tOptional: ${ref?.optional ?? false}`,
    );
  }
}

function writeEnv(w: DescribeWriter, container: Container, pod: Pod | undefined): void {
  const env = container.env ?? [];
  w.line(2, `Environment:${env.length === 0 ? '\t<none>' : ''}`);
  for (const { name, value = '', valueFrom } of env) {
    if (!valueFrom) {
      value.split('\n').forEach((part, i) => {
        w.line(3, `${i === 0 ? `${name}:` : ''}\t${part}`);
      });
    } else if (valueFrom.fieldRef) {
      const { apiVersion = 'v1', fieldPath } = valueFrom.fieldRef;
      w.line(3, `${name}:\t${fieldValue(pod, fieldPath)} (${apiVersion}:${fieldPath})`);
    } else if (valueFrom.resourceFieldRef) {
      const { resource } = valueFrom.resourceFieldRef;
      w.line(3, `${name}:\t${resourceValue(container, resource)} (${resource})`);
    } else if (valueFrom.secretKeyRef) {
      const { key, name: secret, optional } = valueFrom.secretKeyRef;
      w.line(3, `${name}:\t<set to the key '${key}' in secret '${secret}'>\tOptional: ${optional ?? false}`);
    } else if (valueFrom.configMapKeyRef) {
      const { key, name: map, optional } = valueFrom.configMapKeyRef;
      w.line(3, `${name}:\t<set to the key '${key}' of config map '${map}'>\tOptional: ${optional ?? false}`);
    }
  }
}

/** kubectl resolves metadata only; status fields stay empty. */
function fieldValue(pod: Pod | undefined, path: string): string {
  const metadata = pod?.metadata;
  if (!metadata) return '';
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  if (path === 'metadata.name') return metadata.name ?? '';
  if (path === 'metadata.namespace') return metadata.namespace ?? '';
  return path === 'metadata.uid' ? (metadata.uid ?? '') : '';
}

function resourceValue(container: Container, resource: string): string {
  const [which = '', ...name] = resource.split('.');
  const amounts = container.resources?.[which as 'limits' | 'requests'];
  const value = amounts?.[name.join('.')] ?? '0';
  return value === '0' && (resource === 'limits.cpu' || resource === 'limits.memory') ? 'node allocatable' : value;
}

function writeMounts(w: DescribeWriter, container: Container): void {
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
  w.line(2, `Mounts:${mounts.length === 0 ? '\t<none>' : ''}`);
  for (const { mountPath, name, readOnly, subPath } of mounts) {
    const flags = [readOnly ? 'ro' : 'rw', ...(subPath ? [`path=${JSON.stringify(subPath)}`] : [])];
    w.line(3, `${mountPath} from ${name} (${flags.join(',')})`);
  }
}
