/** `kubectl attach`: the output of a container's first process as it comes, and its standard input where it has one. */
import type { Pod } from '../../../../kube/objects.ts';
import { BrokenPipe, type Source } from '../../../../shell/process.ts';
import type { ExecProcess } from '../../runtime.ts';
import type { ContainerRecord, Instance } from '../container-record.ts';
import type { StreamIo } from './exec.ts';
import { failure } from './targets.ts';

/** Ends with status 0 when the container ends: its own status is in the pod. Throws StatusError where nothing runs. */
export function attach(pod: Pod, record: ContainerRecord | undefined, container: string, io: StreamIo): ExecProcess {
  const { instance } = record ?? {};
  if (!instance) {
    const { name, namespace } = pod.metadata;
    throw failure(404, 'NotFound', `container ${container} not found in pod ${name}_${namespace}`);
  }
  const listener = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    const sink = stream === 'stderr' && io.stderr ? io.stderr : io.stdout;
    sink.write(bytes).catch(() => instance.attached.delete(listener));
  };
  instance.attached.add(listener);
  const left = new AbortController();
  const disposeResize = shareSize(instance, io);
  if (io.stdin && instance.input.stdin) void feed(instance, io.stdin, left.signal, isOnce(pod, container));
  const gone = new Promise<void>((resolve) => left.signal.addEventListener('abort', () => resolve(), { once: true }));
  const detach = (): number => {
    instance.attached.delete(listener);
    disposeResize();
    return 0;
  };
  return {
    exited: Promise.race([instance.ended, gone]).then(detach),
    kill: () => left.abort(),
  };
}

function shareSize(instance: Instance, io: StreamIo): () => void {
  const { terminal } = instance.input;
  const { tty } = io;
  if (!terminal || !tty) return () => {};
  const share = (): void => terminal.resize(tty.columns, tty.rows);
  share();
  return tty.onResize(share);
}

/** stdinOnce: the first client's end of input is the container's. */
async function feed(instance: Instance, from: Source, left: AbortSignal, once: boolean): Promise<void> {
  const sink = instance.input.stdin?.sink;
  if (!sink) return;
  try {
    for (;;) {
      const bytes = await from.read();
      if (!bytes || left.aborted) break;
      await sink.write(bytes);
    }
  } catch (error) {
    if (!(error instanceof BrokenPipe) && !left.aborted) throw error;
  }
  if (once) sink.close();
}

function isOnce(pod: Pod, container: string): boolean {
  const { containers = [], ephemeralContainers = [] } = pod.spec ?? { containers: [] };
  return [...containers, ...ephemeralContainers].some(
    ({ name, stdinOnce }) => name === container && stdinOnce === true,
  );
}
