/**
 * Waiting for an abort signal together with any number of others: they stand in one set behind one listener, because a signal
 * of many sockets is no leak, and Node warns of eleven listeners so that leaks are seen.
 */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls back once, at once if the signal has aborted already. Returns the disposer. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => {};
  }
  const listeners = waiting.get(signal) ?? listenTo(signal);
  // The same function may wait twice.
  const own = () => listener();
  listeners.add(own);
  return () => void listeners.delete(own);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  waiting.set(signal, listeners);
  signal.addEventListener(
    'abort',
    () => {
      for (const listener of listeners) listener();
    },
    { once: true },
  );
  return listeners;
}
