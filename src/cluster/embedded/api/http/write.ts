/** How objects are created, replaced, patched and deleted over HTTP: bodies and query options turned into machinery calls. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { badRequest, invalid } from '../machinery/status.ts';
import type { DeleteOptions, PatchType, RequestInfo, ServedType } from '../machinery.ts';
import { notSupported, required } from '../validation/field-error.ts';
import { JsonSyntaxError, parseJson } from './go-json.ts';
import { mediaType, parseObject, parseYaml, readBody } from './read-body.ts';
import { unsupportedMediaType } from './refusals.ts';
import { type ApiRequest, flag, header, type Reply, type ServerContext, type User, wholeNumber } from './request.ts';
import { apiVersionOf } from './respond.ts';
import { selectionOf } from './selection.ts';

type Body = Record<string, unknown>;

/** Reads the body as an object of the kind. Throws StatusError 400, 413, 415. */
export async function bodyOf(request: ApiRequest, kind: string): Promise<Body | undefined> {
  return parseObject(await readBody(request.raw), header(request.raw, 'content-type'), kind);
}

/** A body that must be there: nothing at all is JSON that ends too early. */
export async function objectOf(request: ApiRequest, kind: string): Promise<KubeObject> {
  const body = await bodyOf(request, kind);
  if (body) return body as KubeObject;
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: unexpected end of JSON input ()`,
  );
}

/** fieldManager, dryRun and so on of the query. `options` names the kind of options in the messages. Throws StatusError 422. */
export function requestInfo(request: ApiRequest, options: string, subresource?: string): RequestInfo {
  const { query } = request;
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  const validation = query.get('fieldValidation') ?? '';
  const errors = [
    ...dryRun.filter((value) => value !== 'All').map((value) => notSupported('dryRun', value, ['All'])),
    ...(['', 'Ignore', 'Warn', 'Strict'].includes(validation)
      ? []
      : [notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn'])]),
  ];
  if (errors.length > 0) throw invalid('meta.k8s.io', options, '', errors);
  return {
    fieldManager: query.get('fieldManager') || managerOf(header(request.raw, 'user-agent')),
    fieldValidation: validation === 'Ignore' || validation === 'Strict' ? validation : 'Warn',
    dryRun: dryRun.length > 0,
    force: flag(query, 'force'),
    user: request.user.name,
    warn: request.warn,
    ...(subresource !== undefined && { subresource }),
  };
}

/** Who did not name a field manager goes by the first word of the user agent. */
function managerOf(userAgent: string | undefined): string {
  const name =
    userAgent
      ?.split('/')[0]
      ?.replace(/[^\x20-\x7e]/g, '')
      .slice(0, 128) ?? '';
  return name === '' ? 'unknown' : name;
}

export async function create(
  request: ApiRequest,
  type: ServedType,
  namespace: string | undefined,
  context: ServerContext,
): Promise<Reply> {
  const info = requestInfo(request, 'CreateOptions');
  const body = await objectOf(request, type.kind);
  const object = context.machinery.create(type.id, namespace, asking(claiming(body, type), type, request.user), info);
  return reply(201, object, type);
}

export async function update(
  request: ApiRequest,
  type: ServedType,
  namespace: string | undefined,
  name: string,
  subresource: string | undefined,
  context: ServerContext,
): Promise<Reply> {
  const info = requestInfo(request, 'UpdateOptions', subresource);
  const body = claiming(await objectOf(request, type.kind), type);
  const metadata = asRecord(body.metadata);
  const given = metadata['name'];
  if (typeof given === 'string' && given !== '' && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
  const object = context.machinery.update(
    type.id,
    namespace,
    { ...body, metadata: { ...metadata, name } } as KubeObject,
    info,
  );
  return reply(200, object, type);
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

export async function patch(
  request: ApiRequest,
  type: ServedType,
  namespace: string | undefined,
  name: string,
  subresource: string | undefined,
  context: ServerContext,
): Promise<Reply> {
  const { machinery } = context;
  const patchType = patchTypeOf(request);
  const info = requestInfo(request, 'PatchOptions', subresource);
  if (patchType === 'apply' && !request.query.get('fieldManager')) {
    throw invalid('meta.k8s.io', 'PatchOptions', '', [required('fieldManager', 'is required for apply patch')]);
  }
  const change = await patchBody(request, patchType);
  const isNew = patchType === 'apply' && machinery.find(type.id, namespace, name) === undefined;
  return reply(isNew ? 201 : 200, machinery.patch(type.id, namespace, name, patchType, change, info), type);
}

export function patchTypeOf(request: ApiRequest): PatchType {
  const patchType = patchTypes[mediaType(header(request.raw, 'content-type'))];
  if (patchType === undefined) throw unsupportedMediaType(Object.keys(patchTypes));
  return patchType;
}

/** The patch as data. Throws 400 with the words of Go's JSON decoder. */
export async function patchBody(request: ApiRequest, type: PatchType): Promise<unknown> {
  const text = (await readBody(request.raw)).toString('utf8');
  try {
    return type === 'apply' ? await parseYaml(text) : parseJson(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (type === 'apply') throw badRequest(`error decoding YAML: ${message}`);
    if (error instanceof JsonSyntaxError)
      throw badRequest(type === 'strategic' ? message : `error decoding patch: ${message}`);
    throw error;
  }
}

export async function remove(
  request: ApiRequest,
  type: ServedType,
  namespace: string | undefined,
  name: string,
  context: ServerContext,
): Promise<Reply> {
  const { options, dryRun } = deleteOptions(request, await bodyOf(request, 'DeleteOptions'));
  const info = { ...requestInfo(request, 'DeleteOptions'), dryRun };
  const result = context.machinery.delete(type.id, namespace, name, options, info);
  if (result.kind === 'Status') return { type: 'object', code: 200, object: result };
  return reply(200, result as KubeObject, type);
}

/** Deletes what the selectors leave, one by one; the answer is the list of what was there. */
export async function removeCollection(
  request: ApiRequest,
  type: ServedType,
  namespace: string | undefined,
  context: ServerContext,
): Promise<Reply> {
  const { machinery } = context;
  const { options, dryRun } = deleteOptions(request, await bodyOf(request, 'DeleteOptions'));
  const info = { ...requestInfo(request, 'DeleteOptions'), dryRun };
  const selection = selectionOf(type, request.query);
  const items = machinery.list(type.id, namespace).filter((object) => selection.matches(object));
  for (const { metadata } of items) {
    if (machinery.find(type.id, metadata.namespace, metadata.name ?? '')) {
      machinery.delete(type.id, metadata.namespace, metadata.name ?? '', options, info);
    }
  }
  return { type: 'list', served: type, items, metadata: { resourceVersion: String(machinery.resourceVersion) } };
}

/** The body's options win over the query's, as in the real server. */
export function deleteOptions(
  request: ApiRequest,
  body: Body | undefined,
): { options: DeleteOptions; dryRun: boolean } {
  const { query } = request;
  const grace = body?.['gracePeriodSeconds'] ?? wholeNumber(query, 'gracePeriodSeconds');
  const orphan =
    body?.['orphanDependents'] ?? (query.has('orphanDependents') ? flag(query, 'orphanDependents') : undefined);
  const propagation = body?.['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const policies = ['Foreground', 'Background', 'Orphan'] as const;
  const chosen = policies.find((policy) => policy === propagation);
  if (propagation !== undefined && !chosen) {
    throw invalid('meta.k8s.io', 'DeleteOptions', '', [
      notSupported('propagationPolicy', propagation, [...policies, 'nil']),
    ]);
  }
  const policy = chosen ?? (orphan === true ? 'Orphan' : undefined);
  const preconditions = body?.['preconditions'] as DeleteOptions['preconditions'] | undefined;
  const dryRun = [body?.['dryRun'] ?? []].flat().includes('All') || query.getAll('dryRun').includes('All');
  return {
    options: {
      ...(typeof grace === 'number' && { gracePeriodSeconds: grace }),
      ...(policy !== undefined && { propagationPolicy: policy }),
      ...(preconditions && { preconditions }),
    },
    dryRun,
  };
}

function reply(code: number, object: KubeObject, served: ServedType): Reply {
  return { type: 'object', code, object, served };
}

/** The URL says what a body without apiVersion and kind is: two versions of one kind share a store. */
function claiming(body: KubeObject, type: ServedType): KubeObject {
  return { ...body, kind: body.kind || type.kind, apiVersion: body.apiVersion || apiVersionOf(type) };
}

/** A certificate request says who asks: not what the client claims, but whom the server has in front of it. */
function asking(body: KubeObject, type: ServedType, user: User): KubeObject {
  if (type.id !== 'certificatesigningrequests.certificates.k8s.io') return body;
  const { name, uid, groups, extra } = user;
  return {
    ...body,
    spec: { ...asRecord(body['spec']), ...(extra && { extra }), groups, ...(uid && { uid }), username: name },
  };
}

function asRecord(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}
