/** Which handler answers a request, and may the user ask at all: the table of methods and paths. */
import type { ServerResponse } from 'node:http';
import { methodNotAllowed } from '../machinery/status.ts';
import type { ServedType } from '../machinery.ts';
import { answerOpenApi, answerSwagger } from '../openapi/answer.ts';
import { podStream } from '../streams/pod-stream.ts';
import { type Attributes, authorize, forbidden } from './authorize.ts';
import { discoverGroup, discoverRoot, discoverVersion, findType, serves, unknownPath } from './discovery.ts';
import { answerFlows, isFlowTarget } from './flows.ts';
import { bind, createToken, evict } from './pod-actions.ts';
import { readList, readOne } from './read.ts';
import { noProxy, noSuchResource } from './refusals.ts';
import { type ApiRequest, flag, type Reply, type ServerContext } from './request.ts';
import type { ResourceTarget, Target } from './request-path.ts';
import { answerReview, findReview } from './reviews.ts';
import { scale } from './scale.ts';
import { selectedName } from './selection.ts';
import { watch } from './watch.ts';
import { create, objectOf, patch, remove, removeCollection, update } from './write.ts';

/** Throws StatusError. */
export async function dispatch(
  request: ApiRequest,
  response: ServerResponse,
  target: Target,
  context: ServerContext,
): Promise<Reply> {
  permit(request, attributesOf(request, target), context);
  if (target.type === 'resource') return resource(request, response, target, context);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  switch (target.type) {
    case 'core-versions':
      return discoverRoot(request, context.machinery, 'core');
    case 'groups':
      return discoverRoot(request, context.machinery, 'groups');
    case 'group':
      return discoverGroup(context.machinery, target.group);
    case 'group-version':
      return discoverVersion(context.machinery, target.group, target.version);
    case 'other':
      return besideTheApi(request, target.path, context);
  }
}

function permit(request: ApiRequest, attributes: Attributes, { machinery }: ServerContext): void {
  const decision = authorize(request.user, attributes, machinery);
  if (!decision.allowed) throw forbidden(request.user, attributes, decision);
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  HEAD: 'get',
  GET: 'get',
  DELETE: 'delete',
};

/** What the request amounts to for RBAC (apiserver's RequestInfo). */
export function attributesOf(request: ApiRequest, target: Target): Attributes {
  const verb = verbs[request.method] ?? request.method.toLowerCase();
  if (target.type !== 'resource') return { type: 'path', verb, path: request.path };
  const { group, resource: plural, subresource } = target;
  const isCollection = target.name === undefined;
  const collectionVerbs: Readonly<Record<string, string>> = {
    get: isWatch(request, target) ? 'watch' : 'list',
    delete: 'deletecollection',
  };
  const name = target.name ?? selectedName(request.query);
  return {
    type: 'resource',
    verb: (isCollection ? collectionVerbs[verb] : undefined) ?? verb,
    group,
    resource: plural,
    ...(subresource !== undefined && { subresource }),
    ...(target.namespace !== undefined
      ? { namespace: target.namespace }
      : plural === 'namespaces' && name !== undefined && { namespace: name }),
    ...(name !== undefined && { name }),
  };
}

function isWatch(request: ApiRequest, target: ResourceTarget): boolean {
  return target.watch || flag(request.query, 'watch');
}

async function besideTheApi(request: ApiRequest, path: string, context: ServerContext): Promise<Reply> {
  if (path === '/version' || path === '/version/') return { type: 'document', body: context.version, indent: true };
  if (/^\/(healthz|livez|readyz)(\/.*)?$/.test(path)) return health(request, path);
  if (path === '/openapi/v2') return answerSwagger(request, context.machinery);
  if (path === '/openapi/v3' || path.startsWith('/openapi/v3/')) return answerOpenApi(request, path, context.machinery);
  if (path === '/' || path === '')
    return {
      type: 'document',
      body: {
        paths: ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
      },
    };
  return unknownPath;
}

const healthChecks = [
  'ping',
  'log',
  'etcd',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'autoregister-completion',
];

function health(request: ApiRequest, path: string): Reply {
  const [, endpoint = '', single] = /^\/([a-z]+)(?:\/(.+))?$/.exec(path) ?? [];
  if (single !== undefined && !healthChecks.includes(single)) return unknownPath;
  if (!request.query.has('verbose') || single !== undefined) return { type: 'text', code: 200, text: 'ok' };
  return {
    type: 'text',
    code: 200,
    text: `${healthChecks.map((check) => `[+]${check} ok\n`).join('')}${endpoint} check passed\n`,
  };
}

async function resource(
  request: ApiRequest,
  response: ServerResponse,
  target: ResourceTarget,
  context: ServerContext,
): Promise<Reply> {
  const { machinery } = context;
  const { group, version, namespace, name, subresource } = target;
  if (context.flows && isFlowTarget(target)) return answerFlows(request, response, target, context.flows, context);
  const review = findReview(group, version, target.resource);
  if (review) {
    if (request.method !== 'POST' || name !== undefined) throw methodNotAllowed();
    if (review.kind === 'Binding') return bind(request, namespace ?? '', undefined, context);
    const body = await objectOf(request, review.kind);
    return { type: 'object', code: 201, object: answerReview(review, body, request, context), served: review };
  }
  const type = findType(machinery, group, version, target.resource);
  if (!type) {
    if (!serves(machinery, group, version)) return unknownPath;
    throw noSuchResource();
  }
  warnOfDeprecation(request, type);
  const misplaced = type.namespaced
    ? namespace === undefined && (name !== undefined || request.method === 'POST')
    : namespace !== undefined;
  if (misplaced) throw request.method === 'POST' ? methodNotAllowed() : noSuchResource();
  if (name === undefined) return collection(request, response, target, type, context);
  if (subresource !== undefined) return below(request, response, type, { ...target, name, subresource }, context);
  return single(request, response, target, type, name, context);
}

const deprecations: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
};

function warnOfDeprecation(request: ApiRequest, type: ServedType): void {
  const text = type.group === '' ? deprecations[type.resource] : undefined;
  if (text) request.warn(text);
}

async function collection(
  request: ApiRequest,
  response: ServerResponse,
  target: ResourceTarget,
  type: ServedType,
  context: ServerContext,
): Promise<Reply> {
  const { namespace } = target;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      if (isWatch(request, target)) return watch(request, response, type, namespace, context);
      return readList(context.machinery, type, namespace, request.query);
    case 'POST':
      if (!type.verbs.includes('create')) throw methodNotAllowed();
      return create(request, type, namespace, context);
    case 'DELETE':
      if (!type.verbs.includes('deletecollection')) throw methodNotAllowed();
      return removeCollection(request, type, namespace, context);
    default:
      throw methodNotAllowed();
  }
}

async function single(
  request: ApiRequest,
  response: ServerResponse,
  target: ResourceTarget,
  type: ServedType,
  name: string,
  context: ServerContext,
): Promise<Reply> {
  const { namespace } = target;
  const verb = verbs[request.method];
  if (verb === undefined || verb === 'create' || !type.verbs.includes(verb)) throw methodNotAllowed();
  switch (verb) {
    case 'get':
      if (!isWatch(request, target)) return readOne(context.machinery, type, namespace, name, request.query);
      request.query.set('fieldSelector', `metadata.name=${name}`);
      return watch(request, response, type, namespace, context);
    case 'update':
      return update(request, type, namespace, name, undefined, context);
    case 'patch':
      return patch(request, type, namespace, name, undefined, context);
    default:
      return remove(request, type, namespace, name, context);
  }
}

async function below(
  request: ApiRequest,
  response: ServerResponse,
  type: ServedType,
  target: ResourceTarget & { readonly name: string; readonly subresource: string },
  context: ServerContext,
): Promise<Reply> {
  const { namespace, name, subresource } = target;
  const served = type.subresources.find((candidate) => candidate.name === subresource);
  if (!served) throw noSuchResource();
  const verb = verbs[request.method];
  if (verb === undefined || !served.verbs.includes(verb)) throw methodNotAllowed();
  switch (subresource) {
    case 'scale':
      return scale(request, type, namespace, name, context);
    case 'eviction':
      return evict(request, namespace ?? '', name, context);
    case 'binding':
      return bind(request, namespace ?? '', name, context);
    case 'token':
      return createToken(request, namespace ?? '', name, context);
    case 'log':
    case 'exec':
    case 'attach':
    case 'portforward':
      return podStream(request, response, namespace ?? '', name, subresource, context);
    case 'proxy':
      throw noProxy();
    default:
  }
  if (verb === 'get') return readOne(context.machinery, type, namespace, name, request.query);
  return verb === 'patch'
    ? patch(request, type, namespace, name, subresource, context)
    : update(request, type, namespace, name, subresource, context);
}
