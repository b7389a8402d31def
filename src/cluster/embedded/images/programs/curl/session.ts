/** What one run of curl carries along: its configuration, its clock, and what it says on stderr. */
import type { Process } from '../../../../../shell/process.ts';
import { type ContainerNet, print } from '../../net-program.ts';
import type { CurlFlavour } from './flavour.ts';
import type { CurlConfig } from './options.ts';

export interface CurlSession {
  readonly net: ContainerNet;
  readonly process: Process;
  readonly config: CurlConfig;
  readonly flavour: CurlFlavour;
}

/** What -w tells afterwards. Times in milliseconds since the start of the transfer. */
export interface TransferFacts {
  readonly url: string;
  startMs: number;
  lookupMs: number;
  connectMs: number;
  appConnectMs: number;
  firstByteMs: number;
  totalMs: number;
  status: number;
  httpVersion: string;
  contentType: string;
  headerBytes: number;
  bodyBytes: number;
  uploadBytes: number;
  redirects: number;
  redirectUrl: string;
  effectiveUrl: string;
  connects: number;
  remote: { ip: string; port: number } | undefined;
  local: { ip: string; port: number } | undefined;
  method: string;
}

export function newFacts(url: string, startMs: number): TransferFacts {
  return {
    url,
    startMs,
    lookupMs: 0,
    connectMs: 0,
    appConnectMs: 0,
    firstByteMs: 0,
    totalMs: 0,
    status: 0,
    httpVersion: '0',
    contentType: '',
    headerBytes: 0,
    bodyBytes: 0,
    uploadBytes: 0,
    redirects: 0,
    redirectUrl: '',
    effectiveUrl: url,
    connects: 0,
    remote: undefined,
    local: undefined,
    method: 'GET',
  };
}

/** `* text` with -v. */
export async function say(session: CurlSession, text: string): Promise<void> {
  if (session.config.verbose) await print(session.process.stderr, `* ${text}\n`);
}

/** Since the start of the transfer; never quite nothing, and a few milliseconds late after a wait, as real timers are. */
export function elapsed(session: CurlSession, facts: TransferFacts): number {
  const ms = session.process.clock.now() - facts.startMs;
  return ms + session.net.random.integer(3);
}
