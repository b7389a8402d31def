/**
 * A long piece of work with its latest line below it: redrawn in place where lines may be redrawn (listr2), line by line
 * everywhere else. Progress goes to the stream it is given, stderr; results are somebody else's.
 */
export interface ProgressOptions {
  readonly stream: { write(text: string): unknown };
  /** Lines may be redrawn: the stream is a terminal's, and not a screen reader's. */
  readonly motion: boolean;
}

/** Rejects with what `work` rejects with; listr2 only shows it. */
export async function withProgress<T>(
  title: string,
  { stream, motion }: ProgressOptions,
  work: (onProgress: (line: string) => void) => Promise<T>,
): Promise<T> {
  if (!motion) return work((line) => void stream.write(`${line}\n`));
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
  let result: { readonly value: T } | undefined;
  const terminal = stream as NodeJS.WriteStream;
  const logger = new ListrLogger({ processOutput: new ProcessOutput(terminal, terminal) });
  const tasks = new Listr(
    [
      {
        title,
        task: async (_context, task) => {
          result = {
            value: await work((line) => {
              task.output = line;
            }),
          };
        },
      },
    ],
    { renderer: 'default', rendererOptions: { logger, showErrorMessage: false }, registerSignalListeners: false },
  );
  await tasks.run();
  if (!result) throw new Error('assertion failed: the work has ended without a result');
  return result.value;
}
