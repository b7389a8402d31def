/** The program as main.ts starts it: hands the process to `run` and nothing else, so that `--help` costs no more than it must. */
import { homedir, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LabError } from '../kit/errors.ts';
import { run } from './app.ts';
import { readerGone } from './io.ts';

const interrupt = new AbortController();
const interceptors: (() => void)[] = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const front = interceptors.at(-1);
    if (front && signal === 'SIGINT') {
      front();
      return;
    }
    // The second time is meant: leave without cleaning up.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new LabError('ERR_INTERRUPTED', `interrupted by ${signal}`));
  });
}
// A reader that goes away (`| head`) is no error of ours, and what was made is still cleaned up.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  interrupt.abort(readerGone);
});

/** As Node's own for a program that ends without its answer. */
process.exitCode = 13;
void run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  platform: process.platform,
  homeFolder: homedir(),
  temporaryFolder: tmpdir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
  intercept(handler) {
    interceptors.push(handler);
    return () => void interceptors.splice(interceptors.lastIndexOf(handler), 1);
  },
  pid: process.pid,
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
}).then((exitCode) => {
  process.exitCode = exitCode;
});
