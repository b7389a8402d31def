/**
 * One HTTP(S) GET, through the proxy that the environment names: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in either case, as curl
 * reads them. Node's own fetch does not, before Node 24.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { LabError } from '../../kit/errors.ts';
import type { Env } from './tools.ts';

/** Rejects with LabError ERR_PROGRAM_FAILED when there is no answer, or one that is not 200. */
export async function download(address: string, env: Env, signal?: AbortSignal): Promise<Uint8Array> {
  const url = new URL(address);
  const proxy = proxyFor(url, env);
  try {
    const response = await open(url, proxy, signal);
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new LabError('ERR_PROGRAM_FAILED', `cannot download ${address}`, {
      details: `${(cause as Error).message}${proxy ? ` (through the proxy ${proxy.host})` : ''}`,
      cause,
    });
  }
}

/** undefined: directly. */
export function proxyFor(url: URL, env: Env): URL | undefined {
  const get = (name: string) => env[name.toLowerCase()] ?? env[name.toUpperCase()];
  const excluded = (get('no_proxy') ?? '').split(',').map((entry) => entry.trim().replace(/^\*?\./, ''));
  const isExcluded = (entry: string) => entry !== '' && (url.hostname === entry || url.hostname.endsWith(`.${entry}`));
  if (excluded.includes('*') || excluded.some(isExcluded)) return undefined;
  const address = (url.protocol === 'https:' ? get('https_proxy') : get('http_proxy')) ?? get('all_proxy');
  if (!address) return undefined;
  return new URL(address.includes('://') ? address : `http://${address}`);
}

async function open(url: URL, proxy: URL | undefined, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  const stop = signal && { signal };
  if (url.protocol === 'http:') {
    if (!proxy) return answer(httpRequest(url, { ...stop }));
    return answer(httpRequest({ ...hostOf(proxy), path: url.href, headers: headersFor(proxy, url.host), ...stop }));
  }
  if (!proxy) return answer(httpsRequest(url, { ...stop }));
  const port = url.port || '443';
  const tunnel = httpRequest({
    ...hostOf(proxy),
    method: 'CONNECT',
    path: `${url.hostname}:${port}`,
    headers: headersFor(proxy, `${url.hostname}:${port}`),
    ...stop,
  });
  return new Promise((resolve, reject) => {
    tunnel.on('error', reject);
    tunnel.on('response', ({ statusCode }) => reject(new Error(`the proxy answered ${statusCode}`)));
    tunnel.on('connect', ({ statusCode }, socket) => {
      if (statusCode !== 200) {
        reject(new Error(`the proxy answered ${statusCode}`));
        socket.destroy();
        return;
      }
      const secure = connect({ socket, servername: url.hostname });
      secure.on('error', reject);
      answer(httpsRequest(url, { createConnection: () => secure, agent: false, ...stop })).then(resolve, reject);
    });
    tunnel.end();
  });
}

function hostOf(proxy: URL): { readonly host: string; readonly port: string } {
  return { host: proxy.hostname, port: proxy.port || '80' };
}

function headersFor({ username, password }: URL, host: string): Record<string, string> {
  if (!username) return { host };
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { host, 'proxy-authorization': `Basic ${basic}` };
}

function answer(outgoing: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
}
