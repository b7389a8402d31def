/** A pipe between processes: bounded like the kernel's, so a fast writer waits for a slow reader. */
import { BrokenPipe } from './process.ts';
import { type Guard, openInflow, openOutflow, type SinkHandle, type SourceHandle } from './streams.ts';

/** As Linux: F_GETPIPE_SZ of a fresh pipe. */
const capacityBytes = 65_536;

export function openPipe(guard?: Guard): { readonly source: SourceHandle; readonly sink: SinkHandle } {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let readerGone = false;
  let writerGone = false;
  let waiting: (() => void)[] = [];
  const wakeAll = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const change = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));

  const source = openInflow(
    {
      async fill() {
        while (chunks.length === 0 && !writerGone && !readerGone) await change();
        const chunk = chunks.shift();
        if (chunk) {
          size -= chunk.length;
          wakeAll();
        }
        return chunk;
      },
      release() {
        readerGone = true;
        chunks.length = 0;
        size = 0;
        wakeAll();
      },
    },
    guard,
  );
  const sink = openOutflow(
    {
      async write(bytes) {
        if (readerGone) throw new BrokenPipe('nobody reads this pipe');
        chunks.push(bytes.slice());
        size += bytes.length;
        wakeAll();
        while (size > capacityBytes && !readerGone && !writerGone) await change();
        if (readerGone) throw new BrokenPipe('nobody reads this pipe any more');
      },
      release() {
        writerGone = true;
        wakeAll();
      },
    },
    guard,
  );
  return { source, sink };
}
