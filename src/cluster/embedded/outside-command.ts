/** Runs one command on the machine outside the cluster and keeps what it printed. */
import type { EmbeddedRuntime } from './images/create-runtime.ts';
import { StartError } from './runtime.ts';

export interface OutsideResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export async function runOutside(runtime: EmbeddedRuntime, argv: readonly string[]): Promise<OutsideResult> {
  const out = collector();
  const err = collector();
  try {
    const process = runtime.outsideExec({ argv, stdout: out.sink, stderr: err.sink, urgent: true });
    const exitCode = await process.exited;
    return { stdout: out.text(), stderr: err.text(), exitCode };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { stdout: '', stderr: `${error.message}\n`, exitCode: error.exitCode };
  }
}

function collector() {
  const chunks: Uint8Array[] = [];
  const sink = {
    write: async (bytes: Uint8Array): Promise<void> => {
      chunks.push(bytes.slice());
    },
    close: (): void => {},
  };
  return { sink, text: () => Buffer.concat(chunks).toString('utf8') };
}
