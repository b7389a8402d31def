/**
 * The network's flow log over the API: listed, or followed as a watch. A real cluster has no such resource, so discovery does not
 * name it and kubectl shows nothing of it; who may read it is decided by RBAC as for any other resource.
 */

import type { ServerResponse } from 'node:http';
import { onAbort } from '../../../../kit/on-abort.ts';
import {
  type FlowLog,
  type FlowQuery,
  type FlowRecord,
  flowResource,
  isFlowOutcome,
  matches,
} from '../../net/flow-log.ts';
import { badRequest, methodNotAllowed } from '../machinery/status.ts';
import { noSuchResource } from './refusals.ts';
import { type ApiRequest, flag, type Reply, type ServerContext } from './request.ts';
import type { ResourceTarget } from './request-path.ts';

/** A follower that does not read is cut off at this many unsent bytes. */
const backlogLimit = 16 * 1024 * 1024;

export function isFlowTarget({ group, version, resource }: ResourceTarget): boolean {
  return group === flowResource.group && version === flowResource.version && resource === flowResource.resource;
}

/**
 * `GET /apis/flows.netpol-lab.dev/v1/flows`. Parameters: `namespace`, `pod` and `verdict` select, `sinceSeconds` counts back on
 * the cluster's clock, `limit` keeps the newest, `watch=true` follows (with `sendInitialEvents=true`: what is known first).
 * Throws StatusError 400, 404, 405.
 */
export function answerFlows(
  request: ApiRequest,
  response: ServerResponse,
  { name, namespace }: ResourceTarget,
  flows: FlowLog,
  context: ServerContext,
): Reply {
  if (request.method !== 'GET') throw methodNotAllowed();
  if (name !== undefined || namespace !== undefined) throw noSuchResource();
  const query = queryOf(request.query, context.clock.now());
  if (flag(request.query, 'watch')) {
    follow(request, response, query, flows, context);
    return { type: 'taken' };
  }
  const items = flows.list(query).map(objectOf);
  return { type: 'document', body: { kind: `${flowResource.kind}List`, apiVersion, metadata: {}, items } };
}

const apiVersion = `${flowResource.group}/${flowResource.version}`;

function objectOf(flow: FlowRecord): unknown {
  return { kind: flowResource.kind, apiVersion, ...flow };
}

function queryOf(query: URLSearchParams, nowMs: number): FlowQuery {
  const namespace = query.get('namespace');
  const pod = query.get('pod');
  const verdict = query.get('verdict');
  const since = numberOf(query, 'sinceSeconds');
  const last = numberOf(query, 'limit');
  if (verdict !== null && !isFlowOutcome(verdict)) throw badRequest(`unknown verdict "${verdict}"`);
  return {
    ...(namespace !== null && { namespace }),
    ...(pod !== null && { pod }),
    ...(verdict !== null && { outcome: verdict }),
    ...(since !== undefined && { sinceMs: nowMs - since * 1000 }),
    ...(last !== undefined && { last }),
  };
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+(\.\d+)?$/.test(text)) throw badRequest(`${name} must be a number that is not negative, not "${text}"`);
  return Number(text);
}

/** Until the client goes or the server closes. What is known is sent in the same turn in which it subscribes: no gap. */
function follow(
  request: ApiRequest,
  response: ServerResponse,
  query: FlowQuery,
  flows: FlowLog,
  { hold: holdClock, closing }: ServerContext,
): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const hold = holdClock();
  const send = (flow: FlowRecord): void => {
    if (response.writableEnded || response.destroyed) return;
    response.write(`${JSON.stringify({ type: 'ADDED', object: objectOf(flow) })}\n`);
    hold.told();
    if (response.writableLength > backlogLimit) response.destroy();
  };
  if (flag(request.query, 'sendInitialEvents')) for (const flow of flows.list(query)) send(flow);
  hold.told();
  const unsubscribe = flows.subscribe((flow) => {
    if (matches(flow, query)) send(flow);
  });
  const forget = onAbort(closing, () => void response.end());
  response.once('close', () => {
    unsubscribe();
    hold.release();
    forget();
  });
  if (response.destroyed) response.emit('close');
}
