/**
 * A daemon on another machine (DOCKER_HOST=tcp://… or ssh://…): its containers publish their ports there, so the API has to
 * listen on all of its addresses and the kubeconfig has to name that machine.
 */
import { parse, stringify } from 'yaml';
import type { Env } from './tools.ts';

/** undefined for a daemon of this machine. */
export function remoteHost(env: Env): string | undefined {
  const address = env['DOCKER_HOST'];
  if (!address || !/^(tcp|ssh|http|https):\/\//.test(address)) return undefined;
  const { hostname } = new URL(address.replace(/^(tcp|ssh):/, 'http:'));
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? undefined : hostname;
}

interface Raw {
  readonly clusters?: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
}

/** The API's certificate knows `localhost` and not that machine's name. */
export function reachableKubeconfig(kubeconfig: string, host: string): string {
  const config = parse(kubeconfig) as Raw;
  const clusters = config.clusters?.map(({ name, cluster }) => {
    const server = new URL(String(cluster['server']));
    server.hostname = host;
    return { name, cluster: { ...cluster, server: server.href.replace(/\/$/, ''), 'tls-server-name': 'localhost' } };
  });
  return stringify({ ...config, clusters }, { lineWidth: 0 });
}
