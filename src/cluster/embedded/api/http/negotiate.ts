/**
 * In which form a client wants its answer: JSON, YAML or a Table, by the Accept header's media ranges in order.
 * Protobuf is offered by many clients and never needed in answers: the next range is taken.
 */
import { notAcceptable } from './refusals.ts';

export type Shape = 'object' | 'table' | 'partial';

export interface Form {
  readonly encoding: 'json' | 'yaml';
  readonly shape: Shape;
  /** Of the group meta.k8s.io, for tables and partial objects. */
  readonly version: string;
}

export interface MediaRange {
  /** `application/json`, `*` + `/*`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export const acceptedTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

/** By q, then by place. An absent header accepts everything. */
export function mediaRanges(accept: string | undefined): readonly MediaRange[] {
  const ranges = (accept === undefined || accept.trim() === '' ? '*/*' : accept).split(',').map((part) => {
    const [type = '', ...rest] = part.split(';').map((piece) => piece.trim());
    const parameters = new Map<string, string>();
    for (const piece of rest) {
      const equals = piece.indexOf('=');
      if (equals > 0)
        parameters.set(piece.slice(0, equals).toLowerCase(), piece.slice(equals + 1).replace(/^"|"$/g, ''));
    }
    return { type: type.toLowerCase(), parameters };
  });
  const quality = (range: MediaRange): number => Number(range.parameters.get('q') ?? 1);
  return ranges.filter((range) => range.type !== '' && quality(range) > 0).sort((a, b) => quality(b) - quality(a));
}

/** Throws 406 when nothing that the client names can be served. */
export function negotiate(accept: string | undefined): Form {
  for (const { type, parameters } of mediaRanges(accept)) {
    const encoding = encodingOf(type);
    if (encoding === undefined || parameters.get('stream') !== undefined) continue;
    const as = parameters.get('as');
    if (as === undefined) return { encoding, shape: 'object', version: 'v1' };
    const version = parameters.get('v') ?? 'v1';
    if (parameters.get('g') !== 'meta.k8s.io' || !['v1', 'v1beta1'].includes(version)) continue;
    if (as === 'Table') return { encoding, shape: 'table', version };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { encoding, shape: 'partial', version };
  }
  throw notAcceptable(acceptedTypes);
}

/** For watches, which are JSON lines whatever `stream=watch` says. */
export function negotiateStream(accept: string | undefined): Form {
  const plain = accept?.replace(/;\s*stream=watch/g, '');
  return { ...negotiate(plain), encoding: 'json' };
}

function encodingOf(type: string): Form['encoding'] | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
      return 'json';
    case 'application/yaml':
      return 'yaml';
    default:
      return undefined;
  }
}

/** People who look with a browser or curl get indented JSON, programs compact. */
export function wantsIndent(query: URLSearchParams, userAgent: string | undefined): boolean {
  const pretty = query.get('pretty');
  if (pretty !== null) return pretty !== '0' && pretty !== 'false';
  return /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent ?? '');
}
