/** Children that the shell waits for, in the foreground or later: statuses, job numbers, and what is said about their end. */
import type { Child, Signal } from '../process.ts';
import { Interrupted } from './control.ts';
import type { Job, Shell } from './shell.ts';

/** Waits for every child of a pipeline; the last one's status, or with pipefail the last that is not 0. */
export async function waitForeground(
  shell: Shell,
  children: readonly Child[],
  group: number | undefined,
): Promise<number> {
  const { terminal } = shell.process;
  if (terminal && group !== undefined) terminal.foreground = group;
  const statuses = await Promise.all(children.map((child) => child.status));
  if (terminal && group !== undefined) terminal.foreground = shell.process.group;
  const last = children.at(-1);
  const signal = last?.endedBy?.();
  if (signal) await tellSignal(shell, signal);
  if (signal === 'SIGINT' && shell.interactive) throw new Interrupted();
  const status = statuses.at(-1) ?? 0;
  if (!shell.options.has('o')) return status;
  return statuses.findLast((each) => each !== 0) ?? 0;
}

const signalNames: Readonly<Partial<Record<Signal, string>>> = {
  SIGHUP: 'Hangup',
  SIGQUIT: 'Quit',
  SIGKILL: 'Killed',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
  SIGUSR1: 'User defined signal 1',
  SIGUSR2: 'User defined signal 2',
};

/** SIGPIPE and SIGINT go without a word. */
export async function tellSignal(shell: Shell, signal: Signal): Promise<void> {
  const text = signalNames[signal];
  if (text) await shell.err(`${text}\n`);
}

export function addJob(shell: Shell, command: string, children: readonly Child[], group: number | undefined): Job {
  const number = Math.max(0, ...shell.jobs.map((job) => job.number)) + 1;
  const job: Job = { number, command, children, group, status: undefined, endedBy: undefined };
  shell.jobs.push(job);
  const last = children.at(-1);
  void Promise.all(children.map((child) => child.status)).then((statuses) => {
    job.endedBy = last?.endedBy?.();
    job.status = statuses.at(-1) ?? 0;
  });
  return job;
}

export function jobState(job: Job): string {
  if (job.status === undefined) return 'Running';
  if (job.endedBy) return signalNames[job.endedBy] ?? 'Interrupt';
  return job.status === 0 ? 'Done' : `Done(${job.status})`;
}

/** `[1]+  Done                       sleep 1`, as ash pads it. */
export function jobLine(shell: Shell, job: Job): string {
  const current = shell.jobs.at(-1) === job ? '+' : shell.jobs.at(-2) === job ? '-' : ' ';
  return `[${job.number}]${current}  ${jobState(job).padEnd(27)}${job.command}\n`;
}

/** `%1`, `%%`, `%+`, `%-`, `%name`; undefined: no such job. */
export function findJob(shell: Shell, spec: string): Job | undefined {
  const name = spec.slice(1);
  if (name === '' || name === '%' || name === '+') return shell.jobs.at(-1);
  if (name === '-') return shell.jobs.at(-2);
  if (/^\d+$/.test(name)) return shell.jobs.find((job) => job.number === Number(name));
  return shell.jobs.find((job) =>
    name.startsWith('?') ? job.command.includes(name.slice(1)) : job.command.startsWith(name),
  );
}

/** Interactive shells tell about ended jobs before the prompt; all shells forget them. */
export async function reportJobs(shell: Shell): Promise<void> {
  for (const job of shell.jobs.filter((each) => each.status !== undefined)) {
    await shell.err(jobLine(shell, job));
    shell.jobs = shell.jobs.filter((each) => each !== job);
  }
}
