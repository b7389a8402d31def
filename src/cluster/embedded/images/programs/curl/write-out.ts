/** What -w prints: `%{http_code}` and friends. */
import type { TransferFacts } from './session.ts';

export function formatWriteOut(format: string, facts: TransferFacts, exitCode: number, error: string): string {
  return format
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\r/g, '\r')
    .replace(/%(%|\{([\w.]+)\})/g, (whole, escaped: string, name: string | undefined) => {
      if (escaped === '%') return '%';
      const value = name === undefined ? undefined : variables(facts, exitCode, error)[name];
      return value === undefined ? (name === undefined ? whole : '') : String(value);
    });
}

function variables(facts: TransferFacts, exitCode: number, error: string): Readonly<Record<string, string | number>> {
  const status = String(facts.status).padStart(3, '0');
  const seconds = (ms: number): string => (ms / 1000).toFixed(6);
  return {
    http_code: status,
    response_code: status,
    http_connect: '000',
    http_version: facts.httpVersion,
    content_type: facts.contentType,
    errormsg: error,
    exitcode: exitCode,
    local_ip: facts.local?.ip ?? '',
    local_port: facts.local?.port ?? 0,
    remote_ip: facts.remote?.ip ?? '',
    remote_port: facts.remote?.port ?? 0,
    method: facts.method,
    num_connects: facts.connects,
    num_redirects: facts.redirects,
    redirect_url: facts.redirectUrl,
    scheme: facts.effectiveUrl.split('://')[0] ?? 'http',
    size_download: facts.bodyBytes,
    size_header: facts.headerBytes,
    size_upload: facts.uploadBytes,
    size_request: 0,
    speed_download: facts.totalMs > 0 ? Math.floor((facts.bodyBytes * 1000) / facts.totalMs) : facts.bodyBytes,
    speed_upload: 0,
    ssl_verify_result: 0,
    time_appconnect: seconds(facts.appConnectMs),
    time_connect: seconds(facts.connectMs),
    time_namelookup: seconds(facts.lookupMs),
    time_pretransfer: seconds(facts.connectMs),
    time_redirect: seconds(0),
    time_starttransfer: seconds(facts.firstByteMs),
    time_total: seconds(facts.totalMs),
    url: facts.url,
    url_effective: facts.effectiveUrl,
    urlnum: 0,
  };
}
