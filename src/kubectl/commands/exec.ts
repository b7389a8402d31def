/** kubectl exec and attach: a command in a container, its streams on ours, its exit code as ours. */
import { ApiError, type ExecIo, type ExecResult } from '../../kube/client.ts';
import type { Pod } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError, PlainError } from '../errors.ts';
import { flag, refused } from '../flags/spec.ts';
import { readItems } from '../resources/files.ts';
import { chooseContainer, resolvePod } from '../resources/pods.ts';
import type { Session } from '../session.ts';

const streamFlags = [
  flag('container', 'string', { short: 'c', help: 'Container name.' }),
  flag('pod-running-timeout', 'duration', {
    fallback: '1m0s',
    help: 'The length of time to wait until at least one pod is running',
  }),
  flag('quiet', 'bool', { short: 'q', help: 'Only print output from the remote session' }),
  flag('stdin', 'bool', { short: 'i', help: 'Pass stdin to the container' }),
  flag('tty', 'bool', { short: 't', help: 'Stdin is a TTY' }),
];

export const execCommand: Command = {
  name: 'exec',
  short: 'Execute a command in a container',
  usage: '(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
  flags: [...streamFlags, flag('filename', 'list', { short: 'f', help: 'to use to exec into the resource' })],
  run: exec,
};

export const attachCommand: Command = {
  name: 'attach',
  short: 'Attach to a running container',
  usage: '(POD | TYPE/NAME) -c CONTAINER',
  flags: [...streamFlags, ...refused('bool', 'detach-keys')],
  run: attach,
};

async function exec(call: Call): Promise<number> {
  const { session, flags, args, dash } = call;
  const files = flags.list('filename').length > 0;
  const [word] = args;
  const argv = dash < 0 ? [] : args.slice(dash);
  if (dash < 0 && (args.length > 1 || (args.length > 0 && files))) {
    throw new KubectlError(
      `exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples`,
    );
  }
  if ((word === undefined || dash === 0) && !files)
    throw new KubectlError('pod, type/name or --filename must be specified');
  if (argv.length === 0) throw new KubectlError('you must specify at least one command for the container');
  const pod = await targetPod(call, files ? undefined : word);
  refuseCompleted(pod, 'exec into');
  const container = chooseContainer(session, pod, flags.string('container'), flags.bool('quiet')).name;
  const io = streamIo(session, { stdin: flags.bool('stdin'), tty: flags.bool('tty') });
  return runStream(io, async (execIo) => {
    const client = await session.client();
    return client.exec(pod.metadata.namespace ?? '', pod.metadata.name ?? '', container, argv, execIo);
  });
}

async function targetPod({ session, flags }: Call, word: string | undefined): Promise<Pod> {
  const timeoutMs = flags.duration('pod-running-timeout');
  if (word !== undefined) return resolvePod(session, word, timeoutMs);
  const { items, errors } = await readItems(session, flags);
  const [item] = items;
  if (!item || errors.length > 0) throw errors[0] ?? new KubectlError('no objects passed to exec');
  return resolvePod(session, `${item.type.resource}/${item.name}`, timeoutMs);
}

export function refuseCompleted(pod: Pod, what: string): void {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw new KubectlError(`cannot ${what} a container in a completed pod; current phase is ${phase}`);
  }
}

async function attach(call: Call): Promise<number> {
  const { session, flags, args } = call;
  const [word, ...more] = args;
  if (word === undefined)
    throw new KubectlError(`at least 1 argument is required for attach\nSee 'kubectl attach -h' for help and examples`);
  if (more.length > 0) {
    throw new KubectlError(
      `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`,
    );
  }
  const pod = await resolvePod(session, word, flags.duration('pod-running-timeout'));
  refuseCompleted(pod, 'attach');
  return attachTo(session, pod, chooseContainer(session, pod, flags.string('container'), flags.bool('quiet')), {
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    quiet: flags.bool('quiet'),
  });
}

export interface AttachOptions {
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
}

const recorded =
  'All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\n';

/** Attaches and returns the process's exit code as far as attach tells it. */
export async function attachTo(
  session: Session,
  pod: Pod,
  container: { readonly name: string; readonly tty?: boolean },
  options: AttachOptions,
): Promise<number> {
  if (options.tty && container.tty !== true && !options.quiet) {
    session.err(`error: Unable to use a TTY - container ${container.name} did not allocate one\n`);
  }
  const tty = options.tty && container.tty === true;
  const io = streamIo(session, { stdin: options.stdin, tty });
  if (!options.quiet) session.err(recorded);
  if (options.stdin && !options.quiet) session.err("If you don't see a command prompt, try pressing enter.\n");
  return runStream(io, async (execIo) => {
    const client = await session.client();
    return client.attach(pod.metadata.namespace ?? '', pod.metadata.name ?? '', container.name, execIo);
  });
}

interface StreamIo {
  readonly io: ExecIo;
  /** Puts the terminal back. */
  readonly restore: () => void;
}

export function streamIo(session: Session, wanted: { readonly stdin: boolean; readonly tty: boolean }): StreamIo {
  const { terminal } = session.io;
  const tty = wanted.tty && wanted.stdin && terminal ? terminal : undefined;
  if (wanted.tty && wanted.stdin && !terminal) {
    session.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  }
  const restore = tty?.setRaw?.() ?? (() => undefined);
  return {
    restore,
    io: {
      onStdout: (bytes) => session.out(bytes),
      onStderr: (bytes) => session.io.stderr.write(bytes),
      signal: session.signal,
      ...(wanted.stdin && { stdin: session.io.stdin }),
      ...(tty && {
        tty: { columns: tty.columns, rows: tty.rows, ...(tty.onResize && { onResize: tty.onResize.bind(tty) }) },
      }),
    },
  };
}

/** The exit code of what ran; throws what kubectl would say about it. */
export async function runStream(
  { io, restore }: StreamIo,
  start: (io: ExecIo) => Promise<ExecResult>,
): Promise<number> {
  let result: ExecResult;
  try {
    result = await start(io);
  } catch (error) {
    if (error instanceof ApiError) throw new KubectlError(`unable to upgrade connection: ${error.message}`);
    throw error;
  } finally {
    restore();
  }
  if (result.error !== undefined) throw new KubectlError(result.error);
  if (result.exitCode !== 0)
    throw new PlainError(`command terminated with exit code ${result.exitCode}`, result.exitCode);
  return 0;
}
