/** What travels through the API server with every request: who asks, for what, and what the answer may look like. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../../../kit/clock.ts';
import type { Random } from '../../../../kit/random.ts';
import type { Hold } from '../../../../kit/virtual-clock.ts';
import type { KubeObject, Status } from '../../../../kube/objects.ts';
import type { FlowLog } from '../../net/flow-log.ts';
import type { PodStreams } from '../../runtime.ts';
import type { Machinery, ServedType } from '../machinery.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** `/version`; the git version is also what nodes report. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  /** What the server emulates, and how far back it stays compatible: since 1.31, KEP-4330. */
  readonly emulationMajor: string;
  readonly emulationMinor: string;
  readonly minCompatibilityMajor: string;
  readonly minCompatibilityMinor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** What every handler may use of the cluster. */
export interface ServerContext {
  readonly machinery: Machinery;
  readonly streams: PodStreams;
  /** Absent: the server has no network behind it. */
  readonly flows?: FlowLog;
  readonly clock: Clock;
  /** The client's own time: how long it said that it would watch. Never virtual. */
  readonly wallClock: Clock;
  readonly random: Random;
  readonly version: VersionInfo;
  readonly tokens: ServiceAccountTokens;
  /** Keeps a virtual clock running while a client waits for something open-ended; on a real clock it does nothing. */
  readonly hold: (patienceMs?: number) => Hold;
  /** Aborts when the server closes: open-ended answers end. */
  readonly closing: AbortSignal;
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly raw: IncomingMessage;
  readonly user: User;
  /** Becomes `Warning:` headers. */
  readonly warn: (text: string) => void;
  /** Set where the client asks to change the protocol. */
  readonly upgrade?: Upgrade;
}

/** A connection that may stop being HTTP. */
export interface Upgrade {
  /** What the client has already sent beyond the request. */
  readonly head: Buffer;
  /** Takes the socket away from HTTP for good. */
  detach(): Socket;
}

export type Reply =
  | {
      readonly type: 'object';
      readonly code: number;
      readonly object: KubeObject | Status;
      readonly served?: ServedType;
    }
  | {
      readonly type: 'list';
      readonly served: ServedType;
      readonly items: readonly KubeObject[];
      readonly metadata: ListMetadata;
    }
  /** Answers beside the object model: discovery, OpenAPI, version. */
  | {
      readonly type: 'document';
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly indent?: boolean;
    }
  | { readonly type: 'text'; readonly code: number; readonly text: string }
  | { readonly type: 'bytes'; readonly contentType: string; readonly bytes: Buffer }
  | { readonly type: 'not-modified'; readonly headers: Readonly<Record<string, string>> }
  /** The handler has written the answer itself. */
  | { readonly type: 'taken' };

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Go's strconv.ParseBool, with a bare `?watch` meaning true as apimachinery's query conversion has it. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && !['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value);
}

/** A whole number from the query; undefined where absent or not one. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  return value !== null && /^-?\d+$/.test(value) ? Number(value) : undefined;
}
