/** What an administrator does to a running nginx: `-t` and `-T` look at its configuration, `-s` sends its master a signal. */
import { FileError, type Process, type Signal } from '../../../../shell/process.ts';
import { print } from '../net-program.ts';

/** `2026/11/21 01:33:15` */
export function stamp(process: Process): string {
  return new Date(process.clock.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}

/** What nginx has to write before it serves; the complaint when it may not. */
export function startProblem({ fs }: Process): string | undefined {
  const attempt = (call: string, path: string, write: () => void): string | undefined => {
    try {
      write();
      return undefined;
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== 'EROFS') return undefined;
      return `${call}() "${path}" failed (30: Read-only file system)`;
    }
  };
  const cache = '/var/cache/nginx/client_temp';
  const pid = '/run/nginx.pid';
  return (
    attempt('mkdir', cache, () => fs.mkdir(cache, { recursive: true })) ??
    attempt('open', pid, () => fs.writeFile(pid, new TextEncoder().encode('1\n')))
  );
}

const main = '/etc/nginx/nginx.conf';

/** With `dump` the files follow on standard output, in the order in which they are included. */
export async function testConfiguration(process: Process, dump: boolean): Promise<number> {
  const verdict = [`the configuration file ${main} syntax is ok`, `configuration file ${main} test is successful`];
  await print(process.stderr, verdict.map((line) => `nginx: ${line}\n`).join(''));
  if (!dump) return 0;
  const folder = '/etc/nginx/conf.d';
  const included = (process.fs.list(folder) ?? []).filter((name) => name.endsWith('.conf')).sort();
  for (const path of [main, '/etc/nginx/mime.types', ...included.map((name) => `${folder}/${name}`)]) {
    const bytes = process.fs.readFile(path);
    if (!bytes) continue;
    await print(process.stdout, `# configuration file ${path}:\n${Buffer.from(bytes).toString('utf8')}\n`);
  }
  return 0;
}

const signals: Readonly<Record<string, Signal>> = {
  stop: 'SIGTERM',
  quit: 'SIGQUIT',
  reload: 'SIGHUP',
  reopen: 'SIGUSR1',
};

export async function signalMaster(process: Process, name: string | undefined): Promise<number> {
  const signal = signals[name ?? ''];
  if (!signal) {
    const why = name === undefined ? 'option "-s" requires parameter' : `invalid option: "-s ${name}"`;
    await print(process.stderr, `nginx: ${why}\n`);
    return 1;
  }
  await print(process.stderr, `${stamp(process)} [notice] ${process.pid}#${process.pid}: signal process started\n`);
  process.table.kill(1, signal);
  return 0;
}
