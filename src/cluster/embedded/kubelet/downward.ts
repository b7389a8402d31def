/** What a pod may know of itself: fieldRef and resourceFieldRef, in environment variables and in volumes. */
import type { Container, Pod } from '../../../kube/objects.ts';
import { quantityToNumber } from '../../../kube/quantity.ts';

/** undefined for a path that the API does not know; the API server refuses those earlier. */
export function fieldValue(pod: Pod, path: string): string | undefined {
  const { metadata, spec, status } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) return metadata[subscript[1] === 'labels' ? 'labels' : 'annotations']?.[subscript[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata.labels ?? {});
    case 'metadata.annotations':
      return formatMap(metadata.annotations ?? {});
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? 'default';
    case 'status.hostIP':
      return status?.hostIP ?? '';
    case 'status.hostIPs':
      return (status?.hostIPs ?? []).map(({ ip }) => ip).join(',');
    case 'status.podIP':
      return status?.podIP ?? '';
    case 'status.podIPs':
      return (status?.podIPs ?? []).map(({ ip }) => ip).join(',');
    default:
      return undefined;
  }
}

/** What a container without a limit sees: the node's whole. */
export interface Allocatable {
  readonly cpu: string;
  readonly memory: string;
}

/** `limits.cpu` in units of the divisor, rounded up. */
export function resourceValue(
  container: Container,
  resource: string,
  divisor: string | undefined,
  node: Allocatable,
): string {
  const [list = '', ...rest] = resource.split('.');
  const name = rest.join('.');
  const { limits = {}, requests = {} } = container.resources ?? {};
  const fallback = name === 'cpu' ? node.cpu : name === 'memory' ? node.memory : '0';
  const value = list === 'requests' ? (requests[name] ?? '0') : (limits[name] ?? fallback);
  const unit = quantity(divisor && divisor !== '0' ? divisor : '1');
  return String(Math.ceil(quantity(value) / unit));
}

/** A Kubernetes quantity as a number; 0 for what is none. */
export function quantity(text: string): number {
  const value = quantityToNumber(text);
  return Number.isNaN(value) ? 0 : value;
}

/** One `key="value"` per line, sorted (pkg/fieldpath, FormatMap). */
function formatMap(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}
