/**
 * How do client-side and server-side apply get along? What kubectl wrote into the last-applied annotation counts as its own
 * when it goes over to server-side apply, and the annotation follows what it applies there.
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Shape } from '../kinds/shape.ts';
import type { RequestInfo } from '../machinery.ts';
import { emptySet, type FieldSet } from '../patch/field-set.ts';
import { fieldsOf } from '../patch/own-fields.ts';
import { isRecord } from './decode.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** Fields that kubectl may take over without a conflict. */
export function alreadyApplied(current: KubeObject, shape: Shape, request: RequestInfo): FieldSet {
  const text = current.metadata.annotations?.[annotation];
  if (request.fieldManager !== 'kubectl' || text === undefined) return emptySet;
  const applied = parse(text);
  return applied === undefined ? emptySet : fieldsOf(applied, shape);
}

/** Only where the annotation already is. */
export function keepLastApplied(object: KubeObject, config: Record<string, unknown>, request: RequestInfo): void {
  const { annotations } = object.metadata;
  if (request.fieldManager !== 'kubectl' || annotations?.[annotation] === undefined) return;
  annotations[annotation] = `${JSON.stringify(sorted(withoutAnnotation(config)))}\n`;
}

function withoutAnnotation(config: Record<string, unknown>): Record<string, unknown> {
  const { metadata } = config;
  if (!isRecord(metadata) || !isRecord(metadata['annotations'])) return config;
  const { [annotation]: _own, ...annotations } = metadata['annotations'];
  return { ...config, metadata: { ...metadata, annotations } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
