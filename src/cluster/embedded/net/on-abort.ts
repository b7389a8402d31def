/** Listening to an abort signal that many sockets share, without Node's warning about eleven listeners and without leaks. */
import { setMaxListeners } from 'node:events';

const unlimited = new WeakSet<AbortSignal>();

/** Calls back once, at once if the signal has aborted already. Returns the disposer. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => {};
  }
  if (!unlimited.has(signal)) setMaxListeners(0, signal);
  unlimited.add(signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
