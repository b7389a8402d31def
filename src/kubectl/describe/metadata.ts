/** Labels, annotations, owners and other parts that every describe shares. */
import type { KubeObject, Labels } from '../../kube/objects.ts';
import { lastAppliedKey } from '../merge/last-applied.ts';
import type { DescribeWriter } from './writer.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A nested field by dotted path; undefined where it ends early. */
export function field(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Json)[key];
  }, object);
}

export function text(object: unknown, path: string, fallback = ''): string {
  const value = field(object, path);
  return value === undefined || value === null ? fallback : String(value);
}

export function list(object: unknown, path: string): readonly Json[] {
  const value = field(object, path);
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function writeLabels(w: DescribeWriter, title: string, labels: Labels | undefined): void {
  const keys = Object.keys(labels ?? {}).sort();
  if (keys.length === 0) w.line(0, `${title}:\t<none>`);
  keys.forEach((key, i) => {
    w.line(0, `${i === 0 ? `${title}:` : ''}\t${key}=${labels?.[key]}`);
  });
}

const longest = 140;

export function writeAnnotations(w: DescribeWriter, title: string, annotations: Labels | undefined): void {
  const keys = Object.keys(annotations ?? {})
    .filter((key) => key !== lastAppliedKey)
    .sort();
  if (keys.length === 0) w.line(0, `${title}:\t<none>`);
  keys.forEach((key, i) => {
    const value = (annotations?.[key] ?? '').replace(/\n$/, '');
    const start = `${i === 0 ? `${title}:` : ''}\t`;
    if (value.length + key.length + 2 > longest || value.includes('\n')) {
      w.line(0, `${start}${key}:`);
      for (const part of value.split('\n')) w.line(0, `\t  ${shorten(part, longest - 2)}`);
    } else w.line(0, `${start}${key}: ${value}`);
  });
}

function shorten(value: string, max: number): string {
  return value.length > max ? `${value.slice(0, max)}...` : value;
}

/** Name, Namespace, Labels, Annotations: how most descriptions begin. */
export function writeHead(w: DescribeWriter, { metadata }: KubeObject): void {
  w.line(0, `Name:\t${metadata.name ?? ''}`);
  if (metadata.namespace) w.line(0, `Namespace:\t${metadata.namespace}`);
  writeLabels(w, 'Labels', metadata.labels);
  writeAnnotations(w, 'Annotations', metadata.annotations);
}

/** `ReplicaSet/web-123`, '' without a controller. */
export function controllerOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  return owner ? `${owner.kind}/${owner.name}` : '';
}

export function boolText(value: unknown): string {
  return value ? 'True' : 'False';
}

/** Names of resources in the order kubectl prints them. */
export function sortedKeys(map: unknown): string[] {
  return Object.keys((map ?? {}) as object).sort();
}
