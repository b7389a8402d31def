/** What the built-in kubectl gets from whoever runs it: streams, environment, files' starting point, perhaps a terminal. */
import type { Clock } from '../kit/clock.ts';
import type { ClientPool } from '../kube/client-pool.ts';

export interface OutputStream {
  write(chunk: string | Uint8Array): unknown;
}

export interface KubectlTerminal {
  readonly columns: number;
  readonly rows: number;
  /** Keys one by one, no echo: for `exec -it`. Returns how to undo it. */
  setRaw?(): () => void;
  onResize?(listener: (columns: number, rows: number) => void): () => void;
}

export interface KubectlIo {
  /** Path of the kubeconfig; `--kubeconfig` goes before it. */
  readonly kubeconfig: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Ctrl-C: what is running ends, exit code 130. */
  readonly signal?: AbortSignal;
  /** Set when stdin and stdout are a terminal. */
  readonly terminal?: KubectlTerminal;
  /** Shared with the commands before and after; a client of its own where absent. */
  readonly clients?: ClientPool;
  /** Defaults to the real clock. */
  readonly clock?: Clock;
}
