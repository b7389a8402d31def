/** The annotation in which client-side apply remembers what it applied. */
import type { KubeObject } from '../../kube/objects.ts';
import { goJson } from '../print/go-json.ts';

export const lastAppliedKey = 'kubectl.kubernetes.io/last-applied-configuration';

/** The annotation's text for this object: itself without the annotation, compact, with a final newline. */
export function lastAppliedText(object: KubeObject): string {
  const { [lastAppliedKey]: _, ...annotations } = object.metadata.annotations ?? {};
  return `${goJson({ ...object, metadata: { ...object.metadata, annotations } })}\n`;
}

export function withLastApplied(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [lastAppliedKey]: lastAppliedText(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** undefined when the object was never applied, or somebody broke the annotation. */
export function lastAppliedOf(object: KubeObject): Record<string, unknown> | undefined {
  const text = object.metadata.annotations?.[lastAppliedKey];
  if (!text) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
