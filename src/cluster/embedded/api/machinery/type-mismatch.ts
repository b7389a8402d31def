/** What does the server call a value of the wrong type? The sentences of encoding/json and of apimachinery's converter. */
import type { TypeRef } from '../kinds/schema.ts';

/** k8s.io/apimachinery/pkg/runtime/converter.go: Go's numbers convert to strings by type, which it refuses by name. */
export function converterError(raw: unknown, type: TypeRef): string {
  const kind = goKind(raw);
  switch (type.kind) {
    case 'struct':
      return `cannot restore struct from: ${kind}`;
    case 'list':
      return `cannot restore slice from ${kind}`;
    case 'map':
      return `cannot restore map from ${kind}`;
    case 'string':
      return kind === 'int64' ? `cannot convert int64 to ${type.name}` : 'unrecognized type: string';
    case 'int32':
    case 'int64':
    case 'float64':
      return kind === 'int64' || kind === 'float64'
        ? `cannot convert ${kind} to ${type.name}`
        : `unrecognized type: ${type.kind}`;
    default:
      return `unrecognized type: ${type.kind}`;
  }
}

function goKind(raw: unknown): string {
  if (Array.isArray(raw)) return 'slice';
  if (typeof raw === 'number') return Number.isInteger(raw) ? 'int64' : 'float64';
  if (typeof raw === 'boolean') return 'bool';
  return typeof raw === 'string' ? 'string' : 'map';
}

export function jsonKind(raw: unknown): string {
  if (Array.isArray(raw)) return 'array';
  if (typeof raw === 'boolean') return 'bool';
  return typeof raw === 'object' ? 'object' : typeof raw;
}
