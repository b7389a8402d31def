/** describe for namespaces, ConfigMaps, Secrets, service accounts, quotas and limit ranges. */
import type { ConfigMap, KubeEvent, KubeObject, Secret } from '../../kube/objects.ts';
import { writeEvents } from './events.ts';
import { field, list, sortedKeys, text, writeAnnotations, writeHead, writeLabels } from './metadata.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

type Events = readonly KubeEvent[] | undefined;

export function describeNamespace(
  namespace: KubeObject,
  quotas: readonly KubeObject[],
  limits: readonly KubeObject[],
): string {
  const w = describeWriter();
  w.line(0, `Name:\t${namespace.metadata.name}`);
  writeLabels(w, 'Labels', namespace.metadata.labels);
  writeAnnotations(w, 'Annotations', namespace.metadata.annotations);
  w.line(0, `Status:\t${text(namespace, 'status.phase')}`);
  w.line(0, '');
  writeQuotas(w, quotas);
  w.line(0, '');
  if (limits.length === 0) w.line(0, 'No LimitRange resource.');
  else {
    w.line(0, 'Resource Limits');
    writeLimitHeader(w, ' ');
    for (const limit of limits) writeLimits(w, limit, ' ');
  }
  return w.aligned();
}

function writeQuotas(w: DescribeWriter, quotas: readonly KubeObject[]): void {
  if (quotas.length === 0) {
    w.line(0, 'No resource quota.');
    return;
  }
  w.line(0, 'Resource Quotas');
  for (const quota of quotas) {
    w.line(1, `Name:\t${quota.metadata.name}`);
    w.line(1, 'Resource\tUsed\tHard');
    w.line(1, '--------\t---\t---');
    writeAmounts(w, 1, quota);
  }
}

function writeAmounts(w: DescribeWriter, level: number, quota: KubeObject): void {
  const hard = (field(quota, 'status.hard') ?? field(quota, 'spec.hard') ?? {}) as Readonly<Record<string, unknown>>;
  const used = (field(quota, 'status.used') ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of sortedKeys(hard)) w.line(level, `${name}\t${used[name] ?? '0'}\t${hard[name]}`);
}

export function describeQuota(quota: KubeObject): string {
  const w = describeWriter();
  w.line(0, `Name:\t${quota.metadata.name}`);
  w.line(0, `Namespace:\t${quota.metadata.namespace}`);
  const scopes = field(quota, 'spec.scopes');
  if (Array.isArray(scopes) && scopes.length > 0) w.line(0, `Scopes:\t${[...scopes].sort().join(', ')}`);
  w.line(0, 'Resource\tUsed\tHard');
  w.line(0, '--------\t----\t----');
  writeAmounts(w, 0, quota);
  return w.aligned();
}

function writeLimitHeader(w: DescribeWriter, indent: string): void {
  w.line(0, `${indent}Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio`);
  w.line(0, `${indent}----\t--------\t---\t---\t---------------\t-------------\t-----------------------`);
}

function writeLimits(w: DescribeWriter, limit: KubeObject, indent: string): void {
  for (const item of list(limit, 'spec.limits')) {
    const parts = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'];
    const names = new Set(parts.flatMap((part) => Object.keys((item[part] ?? {}) as object)));
    for (const name of [...names].sort()) {
      const cells = parts.map((part) => String((item[part] as Record<string, unknown> | undefined)?.[name] ?? '-'));
      w.line(0, `${indent}${text(item, 'type')}\t${name}\t${cells.join('\t')}`);
    }
  }
}

export function describeLimitRange(limit: KubeObject): string {
  const w = describeWriter();
  w.line(0, `Name:\t${limit.metadata.name}`);
  w.line(0, `Namespace:\t${limit.metadata.namespace}`);
  writeLimitHeader(w, '');
  writeLimits(w, limit, '');
  return w.aligned();
}

export function describeConfigMap(map: ConfigMap, events: Events, nowMs: number): string {
  const w = describeWriter();
  writeHead(w, map as KubeObject);
  w.line(0, '\nData\n====');
  for (const key of sortedKeys(map.data)) w.line(0, `${key}:\n----\n${map.data?.[key]}\n`);
  w.line(0, '\nBinaryData\n====');
  for (const key of sortedKeys(map.binaryData)) {
    w.line(0, `${key}: ${Buffer.from(map.binaryData?.[key] ?? '', 'base64').length} bytes`);
  }
  w.line(0, '');
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describeSecret(secret: Secret): string {
  const w = describeWriter();
  writeHead(w, secret as KubeObject);
  w.line(0, `\nType:\t${secret.type ?? ''}`);
  w.line(0, '\nData\n====');
  for (const key of sortedKeys(secret.data)) {
    const value = Buffer.from(secret.data?.[key] ?? '', 'base64');
    const shown =
      key === 'token' && secret.type === 'kubernetes.io/service-account-token'
        ? value.toString('utf8')
        : `${value.length} bytes`;
    w.line(0, `${key}:\t${shown}`);
  }
  return w.aligned();
}

export function describeServiceAccount(account: KubeObject, events: Events, nowMs: number): string {
  const w = describeWriter();
  writeHead(w, account);
  const names = list(account, 'imagePullSecrets').map((secret) => text(secret, 'name'));
  if (names.length === 0) w.line(0, 'Image pull secrets:\t<none>');
  names.forEach((name, i) => {
    w.line(0, `${i === 0 ? 'Image pull secrets:' : ''}\t${name}`);
  });
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}
