/** Listening to an abort signal that many sockets share, without Node's warning about eleven listeners and without leaks. */
import { setMaxListeners } from 'node:events';

/** Calls back once, at once if the signal has aborted already. Returns the disposer. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => {};
  }
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
