/** URLs as command line clients take them: the scheme may be missing, the host is not looked at too closely. */

export interface ClientUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly portGiven: boolean;
  /** With the query, never empty. */
  readonly target: string;
  readonly user?: string;
}

export const defaultPorts: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ftp: 21,
  telnet: 23,
  ws: 80,
  wss: 443,
};

/** undefined for a port that is no number. */
export function parseUrl(text: string): ClientUrl | undefined {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(text);
  const rest = scheme ? text.slice(scheme[0].length) : text;
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const tail = (end < 0 ? '' : rest.slice(end)).replace(/#.*$/, '');
  const at = authority.lastIndexOf('@');
  const hostPort = authority.slice(at + 1);
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(hostPort);
  if (!match) return undefined;
  const name = (scheme?.[1] ?? 'http').toLowerCase();
  const port = match[2] ? Number(match[2]) : (defaultPorts[name] ?? 80);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return undefined;
  return {
    scheme: name,
    host: (match[1] ?? '').replace(/^\[|\]$/g, ''),
    port,
    portGiven: Boolean(match[2]),
    target: tail.startsWith('/') ? tail : `/${tail}`,
    ...(at >= 0 && { user: decodeURIComponent(authority.slice(0, at)) }),
  };
}
