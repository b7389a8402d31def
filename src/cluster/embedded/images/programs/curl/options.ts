/** curl's command line: the options that people use in pods, the complaint for all others. */
import { type CommandLine, parseCommandLine } from '../../command-line.ts';

export interface CurlConfig {
  readonly urls: readonly string[];
  readonly line: CommandLine;
  readonly silent: boolean;
  readonly showError: boolean;
  readonly verbose: boolean;
  readonly method: string | undefined;
  readonly head: boolean;
  readonly include: boolean;
  readonly fail: 'no' | 'yes' | 'with-body';
  readonly follow: boolean;
  readonly insecure: boolean;
  readonly maxTimeMs: number;
  readonly connectTimeoutMs: number;
  readonly retries: number;
  readonly headers: readonly string[];
  readonly writeOut: string | undefined;
  readonly progress: boolean;
}

export const curlOptions = {
  short: 'sSvfkLIiX:m:o:OH:d:u:A:e:b:c:T:w:x:r:46GNgnpqVhE:#Z0aF:K:D:J',
  long: {
    silent: 's',
    'show-error': 'S',
    verbose: 'v',
    fail: 'f',
    'fail-with-body': 'fail-with-body',
    'fail-early': 'ignored',
    insecure: 'k',
    location: 'L',
    head: 'I',
    include: 'i',
    'show-headers': 'i',
    'request=': 'X',
    'max-time=': 'm',
    'connect-timeout=': 'connect-timeout',
    'output=': 'o',
    'remote-name': 'O',
    'header=': 'H',
    'data=': 'd',
    'data-ascii=': 'd',
    'data-raw=': 'data-raw',
    'data-binary=': 'data-raw',
    'data-urlencode=': 'data-urlencode',
    'json=': 'json',
    'user=': 'u',
    'user-agent=': 'A',
    'referer=': 'e',
    'cookie=': 'b',
    'cookie-jar=': 'c',
    'upload-file=': 'T',
    'write-out=': 'w',
    'proxy=': 'x',
    'noproxy=': 'ignored=',
    'range=': 'r',
    ipv4: '4',
    ipv6: '6',
    get: 'G',
    'no-buffer': 'N',
    globoff: 'g',
    netrc: 'n',
    version: 'V',
    help: 'h',
    'resolve=': 'resolve',
    'connect-to=': 'connect-to',
    'retry=': 'retry',
    'retry-delay=': 'retry-delay',
    'retry-max-time=': 'ignored=',
    'retry-connrefused': 'retry-connrefused',
    'retry-all-errors': 'retry-all-errors',
    'max-redirs=': 'max-redirs',
    'no-progress-meter': 'no-progress-meter',
    'progress-bar': '#',
    compressed: 'ignored',
    'interface=': 'ignored=',
    'cacert=': 'cacert',
    'cert=': 'E',
    'key=': 'ignored=',
    'url=': 'url',
    'http1.0': '0',
    'http1.1': 'ignored',
    http2: 'ignored',
    'tcp-nodelay': 'ignored',
    'no-keepalive': 'ignored',
    'keepalive-time=': 'ignored=',
    'speed-limit=': 'ignored=',
    'speed-time=': 'ignored=',
    'dump-header=': 'D',
    'stderr=': 'stderr',
    parallel: 'Z',
    'create-dirs': 'ignored',
    'tlsv1.2': 'ignored',
    'tlsv1.3': 'ignored',
    'form=': 'F',
  },
};

/** The complaint comes with curl's exit status 2. */
export function parseCurl(args: readonly string[]): CurlConfig | { readonly complaint: string } {
  const line = parseCommandLine(args, curlOptions);
  if ('complaint' in line) return { complaint: reword(line.complaint) };
  const flag = (key: string): boolean => line.flags.has(key);
  const value = (key: string): string | undefined => line.values.get(key)?.at(-1);
  for (const [key, long] of [
    ['m', '--max-time'],
    ['connect-timeout', '--connect-timeout'],
  ] as const) {
    const given = value(key);
    if (given !== undefined && !/^\d+(\.\d+)?$/.test(given)) {
      return { complaint: `option ${key === 'm' ? '-m' : long}: expected a proper numerical parameter` };
    }
  }
  return {
    urls: [...(line.values.get('url') ?? []), ...line.operands],
    line,
    silent: flag('s'),
    showError: flag('S'),
    verbose: flag('v'),
    method: value('X'),
    head: flag('I'),
    include: flag('i'),
    fail: flag('f') ? 'yes' : flag('fail-with-body') ? 'with-body' : 'no',
    follow: flag('L'),
    insecure: flag('k'),
    maxTimeMs: milliseconds(value('m')),
    connectTimeoutMs: milliseconds(value('connect-timeout')),
    retries: Number(value('retry') ?? 0),
    headers: line.values.get('H') ?? [],
    writeOut: value('w'),
    progress: !flag('s') && !flag('no-progress-meter'),
  };
}

function milliseconds(text: string | undefined): number {
  const seconds = Number(text ?? 0);
  return seconds > 0 ? Math.round(seconds * 1000) : Number.POSITIVE_INFINITY;
}

/** getopt's words into curl's. */
function reword(complaint: string): string {
  const unknown = /^(?:unrecognized option '(--[^=']*).*'|invalid option -- '(.)')$/.exec(complaint);
  if (unknown) return `option ${unknown[1] ?? `-${unknown[2]}`}: is unknown`;
  const missing = /^option (?:'(--.*)' requires an argument|requires an argument -- '(.)')$/.exec(complaint);
  if (missing) return `option ${missing[1] ?? `-${missing[2]}`}: requires parameter`;
  return complaint;
}
