/** One-way news: emitters do not know who listens, listeners cannot answer. */
export interface EventBus<E> {
  emit(event: E): void;
  subscribe(listener: (event: E) => void): () => void;
}

export function eventBus<E>(): EventBus<E> {
  const listeners = new Set<(event: E) => void>();
  return {
    emit(event) {
      for (const listener of [...listeners]) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
