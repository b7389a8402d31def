/**
 * One attempt of a probe or hook: exec runs in the container and is bound by the pod's policies, httpGet and tcpSocket come
 * from the node and are not. The words are those of pkg/probe.
 */
import type { Container, Probe } from '../../../../kube/objects.ts';
import { type ExecProcess, type ProbeOutcome, StartError } from '../../runtime.ts';
import { type ContainerRecord, specOf } from '../container-record.ts';
import type { KubeletContext, PodState } from '../pod-state.ts';

export interface Attempt {
  readonly ok: boolean;
  /** What the event quotes after `Liveness probe failed: `. */
  readonly output: string;
  /** Of a command that ran to its end. */
  readonly exitCode?: number;
  /** Whether it could not even be tried: `probe errored`, and the container is neither sound nor unsound. */
  readonly errored?: true;
}

type Target = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'>;

/** The prober reads no more of a command's output. */
const outputLimit = 10 * 1024;

export async function attempt(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  target: Target,
  timeoutMs: number,
): Promise<Attempt> {
  const ip = state.ips[0] ?? '';
  if (target.exec) return execAttempt(context, record, target.exec.command ?? [], timeoutMs);
  if (target.httpGet) return httpAttempt(context, state, record, target.httpGet, timeoutMs);
  const port = portOf(target.tcpSocket?.port ?? target.grpc?.port ?? 0, specOf(state.pod, record));
  const outcome = await context.runtime.tcpProbe(state.node.name, target.tcpSocket?.host ?? ip, port, timeoutMs);
  if (outcome.outcome === 'answered') return { ok: true, output: '' };
  if (target.grpc) {
    const output = `timeout: failed to connect service "${ip}:${port}" within ${timeoutMs / 1000}s: context deadline exceeded`;
    return { ok: false, output };
  }
  return { ok: false, output: dialError(outcome, `${target.tcpSocket?.host ?? ip}:${port}`, 'i/o timeout') };
}

const execPrefix = 'OCI runtime exec failed: exec failed: unable to start container process: ';

async function execAttempt(
  context: KubeletContext,
  record: ContainerRecord,
  argv: readonly string[],
  timeoutMs: number,
): Promise<Attempt> {
  const { instance } = record;
  if (!instance) return { ok: false, output: '' };
  const chunks: Buffer[] = [];
  const sink = {
    write: async (bytes: Uint8Array) => {
      chunks.push(Buffer.from(bytes));
    },
    close: () => {},
  };
  let started: ExecProcess;
  try {
    started = instance.running.exec({ argv, stdout: sink, stderr: sink, urgent: false });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const prefix = 'rpc error: code = Unknown desc = failed to exec in container: failed to start exec';
    const output = `${prefix} "${context.random.hex(64)}": ${execPrefix}${error.message}`;
    return { ok: false, output, errored: true };
  }
  const status = await within(context, started.exited, timeoutMs);
  if (status === undefined) {
    started.kill('SIGKILL');
    return { ok: false, output: `command timed out: "${argv.join(' ')}" timed out after ${timeoutMs / 1000}s` };
  }
  const output = Buffer.concat(chunks).toString('utf8').slice(0, outputLimit);
  return { ok: status === 0, output, exitCode: status };
}

type HttpGet = NonNullable<Probe['httpGet']>;

async function httpAttempt(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  get: HttpGet,
  timeoutMs: number,
): Promise<Attempt> {
  const ip = get.host || (state.ips[0] ?? '');
  const port = portOf(get.port, specOf(state.pod, record));
  const scheme = get.scheme === 'HTTPS' ? 'HTTPS' : 'HTTP';
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`;
  const headers = new Map((get.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const outcome = await context.runtime.httpProbe(state.node.name, { ip, port, path, scheme, headers }, timeoutMs);
  if (outcome.outcome === 'answered') {
    const status = outcome.status ?? 200;
    if (status >= 200 && status < 400) return { ok: true, output: outcome.body ?? '' };
    return { ok: false, output: `HTTP probe failed with statuscode: ${status}` };
  }
  const timeout = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  const cause = outcome.outcome === 'timeout' ? timeout : dialError(outcome, `${ip}:${port}`, timeout);
  return { ok: false, output: `Get "${scheme.toLowerCase()}://${ip}:${port}${path}": ${cause}` };
}

function dialError(outcome: ProbeOutcome, address: string, timeout: string): string {
  if (outcome.outcome === 'timeout') return `dial tcp ${address}: ${timeout}`;
  const cause = outcome.outcome === 'unreachable' ? 'no route to host' : 'connection refused';
  return `dial tcp ${address}: connect: ${cause}`;
}

/** A number, or the name of one of the container's ports. */
function portOf(port: unknown, spec: Container | undefined): number {
  if (typeof port === 'number') return port;
  const named = spec?.ports?.find(({ name }) => name === port);
  return named?.containerPort ?? Number(port);
}

/** undefined when it took longer. */
function within<T>(context: KubeletContext, promise: Promise<T>, ms: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = context.clock.after(ms, () => resolve(undefined));
    promise.then((value) => {
      timer.cancel();
      resolve(value);
    }, reject);
  });
}
