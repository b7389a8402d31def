/**
 * What BusyBox httpd does below /cgi-bin/: runs the file as a program and sends on what it prints, as it prints it. Only the
 * status line is the server's own, and a first line `Status: 503 …` words even that.
 */
import { openPipe } from '../../../../shell/pipe.ts';
import type { FileSystem, Process, Source } from '../../../../shell/process.ts';
import { concat } from '../../net/byte-reader.ts';
import type { Exchange, Reply } from '../../net/http-server.ts';
import type { HttpRequest } from '../../net/http-wire.ts';

export interface CgiScript {
  /** Absolute. */
  readonly file: string;
  /** As the client named it: `/cgi-bin/healthz`. */
  readonly name: string;
  /** What follows the script in the URL: `/a/b`, or nothing. */
  readonly pathInfo: string;
}

/** The first part of `/cgi-bin/…` that is a file is the script. undefined where there is none that may be executed. */
export function findScript(fs: FileSystem, home: string, path: string): CgiScript | undefined {
  const parts = path.split('/');
  for (let count = 3; count <= parts.length; count++) {
    const name = parts.slice(0, count).join('/');
    const stat = fs.stat(home + name);
    if (!stat) return undefined;
    if (stat.type === 'directory') continue;
    return (stat.mode & 0o111) === 0 ? undefined : { file: home + name, name, pathInfo: path.slice(name.length) };
  }
  return undefined;
}

/** undefined: the script said nothing, and the connection just ends. */
export async function runScript(
  process: Process,
  script: CgiScript,
  request: HttpRequest,
  { client }: Pick<Exchange, 'client'>,
): Promise<Reply | undefined> {
  const slash = script.file.lastIndexOf('/');
  const output = openPipe();
  const child = process.spawn([`./${script.file.slice(slash + 1)}`], {
    cwd: script.file.slice(0, slash),
    env: new Map([...process.env, ...variables(script, request, client)]),
    stdin: once(request.body),
    stdout: output.sink,
    group: 'new',
    terminal: false,
  });
  output.sink.close();
  if (!child) return undefined;
  const said = await readAll(output.source);
  await child.status;
  return said.length === 0 ? undefined : readOutput(said);
}

/** RFC 3875, and `HTTP_…` for every header of the request. */
function variables(
  { name, file, pathInfo }: CgiScript,
  { method, target, version, headers, body }: HttpRequest,
  client: Exchange['client'],
): readonly (readonly [string, string])[] {
  const upper = (header: string) => `HTTP_${header.toUpperCase().replaceAll('-', '_')}`;
  const [, query = ''] = /\?([^#]*)/.exec(target) ?? [];
  return [
    ...headers.map(([header, value]) => [upper(header), value] as const),
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', 'busybox httpd/1.36.1'],
    ['SERVER_PROTOCOL', version],
    ['REQUEST_METHOD', method],
    ['REQUEST_URI', target],
    ['QUERY_STRING', query],
    ['SCRIPT_NAME', name],
    ['SCRIPT_FILENAME', file],
    ['PATH_INFO', pathInfo],
    ['REMOTE_ADDR', client.ip],
    ['REMOTE_PORT', String(client.port)],
    ...(body.length > 0 ? ([['CONTENT_LENGTH', String(body.length)]] as const) : []),
  ];
}

/** Latin 1 keeps every byte while the head is read. */
function readOutput(bytes: Uint8Array): Reply {
  const text = new TextDecoder('latin1').decode(bytes);
  const blank = /\r?\n\r?\n/.exec(text);
  const head = blank ? text.slice(0, blank.index) : text;
  const lines = head.split(/\r?\n/);
  const [, status = '200', reason = 'OK'] = /^(?:Status: |HTTP\/\d\.\d )(\d{3}) ?(.*)$/.exec(lines[0] ?? '') ?? [];
  const headers = lines.flatMap((line, i): (readonly [string, string])[] => {
    const colon = line.indexOf(':');
    return colon > 0 && !(i === 0 && line.startsWith('Status: '))
      ? [[line.slice(0, colon), line.slice(colon + 1).trim()]]
      : [];
  });
  const body = blank ? bytes.subarray(blank.index + blank[0].length) : new Uint8Array();
  return { status: Number(status), reason, headers, body, close: true };
}

async function readAll(source: Source): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await source.read(); chunk; chunk = await source.read()) chunks.push(chunk);
  return concat(chunks);
}

function once(bytes: Uint8Array): Source {
  let rest: Uint8Array | undefined = bytes.length > 0 ? bytes : undefined;
  return {
    read: async () => {
      const chunk = rest;
      rest = undefined;
      return chunk;
    },
  };
}
