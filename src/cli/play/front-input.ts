/** The terminal's input for a command that runs in front, given back untouched when the command has ended. */

export interface FrontInput extends Disposable {
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Listens from the first read until it is disposed of: whoever reads next gets every later key. */
export function takeInput(stdin: NodeJS.ReadStream): FrontInput {
  const waiting: Uint8Array[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  const onData = (chunk: Uint8Array) => {
    waiting.push(chunk);
    wake();
  };
  const end = () => {
    ended = true;
    stdin.off('data', onData);
    stdin.off('end', end);
    stdin.pause();
    wake();
  };
  return {
    chunks: {
      async *[Symbol.asyncIterator]() {
        stdin.on('data', onData);
        stdin.on('end', end);
        stdin.resume();
        for (;;) {
          const chunk = waiting.shift();
          if (chunk) yield chunk;
          else if (ended) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      },
    },
    [Symbol.dispose]: end,
  };
}
