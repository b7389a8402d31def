/** An API server with the real machinery and a small pod runtime of real streams, for tests that speak HTTP to it. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiServer, createApiServer } from '../../../../src/cluster/embedded/api/http/create-api-server.ts';
import { createMachinery } from '../../../../src/cluster/embedded/api/machinery/create.ts';
import { badRequest } from '../../../../src/cluster/embedded/api/machinery/status.ts';
import type { Machinery } from '../../../../src/cluster/embedded/api/machinery.ts';
import {
  type ExecOptions,
  type ExecProcess,
  type PodStreams,
  StartError,
} from '../../../../src/cluster/embedded/runtime.ts';
import { type Clock, realClock } from '../../../../src/kit/clock.ts';
import { seededRandom } from '../../../../src/kit/random.ts';
import { type ProgramResult, runProgram } from '../../../../src/kit/run-program.ts';
import type { VirtualClock } from '../../../../src/kit/virtual-clock.ts';
import { writeKubeconfig } from '../../../../src/kube/kubeconfig.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';

export const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;

export interface LabServer extends AsyncDisposable {
  readonly api: ApiServer;
  readonly machinery: Machinery;
  readonly kubeconfig: string;
  /** What the server reported as its own bugs. */
  readonly bugs: unknown[];
  /** Commands whose client went away. */
  readonly killed: string[];
  kubectl(
    args: readonly string[],
    options?: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<ProgramResult>;
  /** With the administrator's certificate unless `anonymous`. */
  http(method: string, path: string, options?: HttpOptions): Promise<HttpAnswer>;
}

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | object;
  readonly anonymous?: boolean;
}

export interface HttpAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  json(): Record<string, unknown>;
}

export async function startServer(clock: Clock | VirtualClock = realClock()): Promise<LabServer> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-http-'));
  const random = seededRandom('http');
  const machinery = createMachinery({ clock, random });
  for (const name of ['default', 'kube-system']) machinery.create('namespaces', undefined, named(name));
  machinery.create('serviceaccounts', 'default', named('default'));
  const bugs: unknown[] = [];
  const killed: string[] = [];
  const api = await createApiServer({
    machinery,
    streams: smallRuntime(killed),
    clock,
    random,
    onError: (bug) => bugs.push(bug),
  });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeKubeconfig({
    path: kubeconfig,
    name: 'netpol',
    server: api.url,
    ca: api.caPem,
    cert: api.clientCertPem,
    key: api.clientKeyPem,
  });
  return {
    api,
    machinery,
    kubeconfig,
    bugs,
    killed,
    kubectl: (args, { stdin, env } = {}) =>
      runProgram(['kubectl', ...args], {
        ...(stdin !== undefined && { stdin }),
        env: { KUBECONFIG: kubeconfig, HOME: folder, ...env },
        timeoutMs: 20_000,
      }),
    http: (method, path, options = {}) => sendRequest(api, method, path, options),
    async [Symbol.asyncDispose]() {
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function named(name: string, more: Record<string, unknown> = {}): KubeObject {
  return { metadata: { name }, ...more };
}

/** A pod that somebody has scheduled and started. */
export function runningPod(machinery: Machinery, name: string): void {
  machinery.create(
    'pods',
    'default',
    named(name, { spec: { nodeName: 'worker', containers: [{ name: 'main', image: 'busybox' }] } }),
  );
  machinery.patch('pods', 'default', name, 'merge', { status: { phase: 'Running' } }, { subresource: 'status' });
}

function sendRequest(
  api: ApiServer,
  method: string,
  path: string,
  { headers = {}, body, anonymous }: HttpOptions,
): Promise<HttpAnswer> {
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const payload = isJson ? JSON.stringify(body) : body;
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      `${api.url}${path}`,
      {
        method,
        ca: api.caPem,
        ...(!anonymous && { cert: api.clientCertPem, key: api.clientKeyPem }),
        agent: false,
        headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ code: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** `echo WORDS`, `cat`, `size`, `exit N`, `yes` (until killed); anything else is not found. */
function smallRuntime(killed: string[]): PodStreams {
  return {
    async *logs(_namespace, _pod, { container, follow }, signal) {
      if (container === 'zz') throw badRequest(`container ${container} is not valid for pod ${_pod}`);
      yield Buffer.from('first line\n');
      if (follow) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
    exec: (_namespace, _pod, { argv }, io) => program(argv, io, killed),
    attach: (_namespace, _pod, _query, io) => program(['cat'], io, killed),
    portForward: (_namespace, _pod, port) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.on('error', () => reject(new Error(`error forwarding port ${port} to pod: connection refused`)));
      }),
  };
}

type Io = Omit<ExecOptions, 'argv' | 'urgent'>;

function program(argv: readonly string[], io: Io, killed: string[]): ExecProcess {
  const [name = '', ...rest] = argv;
  const run = programs[name];
  if (!run)
    throw new StartError(
      `OCI runtime exec failed: exec failed: unable to start container process: exec: "${name}": executable file not found in $PATH`,
      127,
    );
  let kill: (status: number) => void = () => {};
  const dead = new Promise<number>((resolve) => {
    kill = resolve;
  });
  return {
    exited: Promise.race([run(rest, io, dead), dead]),
    kill: () => {
      killed.push(argv.join(' '));
      kill(137);
    },
  };
}

const programs: Readonly<Record<string, (args: readonly string[], io: Io, dead: Promise<number>) => Promise<number>>> =
  {
    async echo(args, io) {
      await io.stdout.write(Buffer.from(`${args.join(' ')}\n`));
      return 0;
    },
    async warn(args, io) {
      await io.stderr?.write(Buffer.from(`${args.join(' ')}\n`));
      return 0;
    },
    async exit([status = '0']) {
      return Number(status);
    },
    async size(_args, io) {
      await io.stdout.write(Buffer.from(`${io.tty?.columns}x${io.tty?.rows}\n`));
      return 0;
    },
    async cat(_args, io) {
      for (let chunk = await io.stdin?.read(); chunk; chunk = await io.stdin?.read()) await io.stdout.write(chunk);
      return 0;
    },
    async many([count = '0'], io) {
      const line = Buffer.from(`${'x'.repeat(1023)}\n`);
      for (let i = 0; i < Number(count); i++) await io.stdout.write(line);
      return 0;
    },
    wait: (_args, _io, dead) => dead,
  };
