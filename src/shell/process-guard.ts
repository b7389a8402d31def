/** What holds a process to its death: every operation is interrupted then, every descriptor closed. */
import { pacer } from './pacer.ts';
import type { Process } from './process.ts';
import type { Guard } from './streams.ts';

export interface ProcessGuard extends Guard {
  closeAll(): void;
}

export function processGuard(process: Pick<Process, 'clock' | 'signal' | 'table'>): ProcessGuard {
  const { signal } = process;
  const pace = pacer(process);
  const handles = new Set<{ close(): void }>();
  const waiting = new Set<(reason: unknown) => void>();
  signal.addEventListener('abort', () => {
    for (const reject of [...waiting]) reject(signal.reason);
    waiting.clear();
  });
  return {
    adopt: (handle) => void handles.add(handle),
    drop: (handle) => void handles.delete(handle),
    closeAll() {
      for (const handle of [...handles]) handle.close();
    },
    async enter(operation, cost) {
      if (signal.aborted) throw signal.reason;
      const pause = pace.step(cost);
      if (pause) await pause;
      return new Promise((resolve, reject) => {
        const settled = (): void => void waiting.delete(reject);
        waiting.add(reject);
        operation().then(
          (value) => {
            settled();
            resolve(value);
          },
          (error) => {
            settled();
            reject(error);
          },
        );
      });
    },
  };
}
