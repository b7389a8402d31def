/** wait, jobs, fg, bg, kill, trap: processes that run beside the shell, and signals. */
import { Interrupted } from '../interpreter/control.ts';
import { findJob, jobLine, tellSignal, waitForeground } from '../interpreter/jobs.ts';
import type { Job, Shell } from '../interpreter/shell.ts';
import { runPendingTraps, setTrap } from '../interpreter/traps.ts';
import type { Signal } from '../process.ts';
import { parseSignal, signalList, signalNumber, signalStatus } from '../signals.ts';
import { type Builtin, BuiltinFailure } from './run.ts';
import { singleQuote } from './variables.ts';

/** A trapped signal ends the wait with 128 + its number; the children go on. */
export const wait: Builtin = async (shell, [, ...targets]) => {
  let status = 0;
  const jobs = targets.length === 0 ? shell.jobs : targets.map((target) => jobOf(shell, target));
  for (const job of [...jobs]) {
    if (!job) {
      status = 127;
      continue;
    }
    const signal = await waitFor(shell, job);
    if (signal) return signalStatus(signal);
    if (job.endedBy && !shell.interactive) await tellSignal(shell, job.endedBy);
    status = targets.length === 0 ? 0 : (job.status ?? 0);
    shell.jobs = shell.jobs.filter((each) => each !== job);
  }
  return status;
};

function jobOf(shell: Shell, target: string): Job | undefined {
  if (target.startsWith('%')) {
    const job = findJob(shell, target);
    if (!job) throw new BuiltinFailure(noSuchJob(shell, target));
    return job;
  }
  if (!/^\d+$/.test(target)) throw new BuiltinFailure(shell.wording.illegalNumber(target));
  return shell.jobs.find((job) => job.children.some((child) => child.pid === Number(target)));
}

function noSuchJob(shell: Shell, target: string): string {
  return shell.wording.name === 'dash' ? `No such job: ${target}` : `${target}: no such job`;
}

async function waitFor(shell: Shell, job: Job): Promise<Signal | undefined> {
  if (shell.pendingSignals.length === 0) {
    await new Promise<void>((resolve) => {
      shell.onTrapped = resolve;
      void Promise.all(job.children.map((child) => child.status)).then(() => resolve());
    });
    shell.onTrapped = undefined;
    // The job's own bookkeeping runs on the same promises and may come a moment later.
    await Promise.resolve();
  }
  const [signal] = shell.pendingSignals;
  if (signal === undefined) return undefined;
  await runPendingTraps(shell);
  if (shell.interactive && signal === 'SIGINT') throw new Interrupted();
  return signal;
}

export const jobs: Builtin = async (shell, [, ...args]) => {
  const specs = args.filter((arg) => arg.startsWith('%'));
  const chosen = specs.length === 0 ? [...shell.jobs].reverse() : specs.map((spec) => requireJob(shell, spec));
  for (const job of chosen) {
    if (args.includes('-p')) await shell.out(`${job.children[0]?.pid ?? 0}\n`);
    else await shell.out(jobLine(shell, job));
  }
  shell.jobs = shell.jobs.filter((job) => job.status === undefined);
  return 0;
};

function requireJob(shell: Shell, spec: string | undefined): Job {
  const job = findJob(shell, spec ?? '%');
  if (!job) throw new BuiltinFailure(spec === undefined ? 'No current job' : noSuchJob(shell, spec));
  return job;
}

export const foreground: Builtin = async (shell, [, spec]) => {
  const job = requireJob(shell, spec);
  await shell.out(`${job.command}\n`);
  const status = await waitForeground(shell, job.children, job.group);
  shell.jobs = shell.jobs.filter((each) => each !== job);
  return status;
};

/** Nothing can be stopped here, so a background job runs already. */
export const background: Builtin = async (shell, [, spec]) => {
  const job = requireJob(shell, spec);
  await shell.out(`[${job.number}] ${job.command}\n`);
  return 0;
};

export const kill: Builtin = async (shell, [, ...args]) => {
  const [first] = args;
  if (first === '-l' || first === '-L') return listSignals(shell, args[1]);
  let signal: Signal | '0' = 'SIGTERM';
  let rest = args;
  if (first?.startsWith('-') && first !== '--') {
    const name = first === '-s' || first === '-n' ? args[1] : first.slice(1);
    const parsed = name === '0' ? '0' : parseSignal(name ?? '');
    if (!parsed) return badSignal(shell, name ?? '');
    signal = parsed;
    rest = args.slice(first === '-s' || first === '-n' ? 2 : 1);
  }
  const targets = rest.filter((arg) => arg !== '--');
  if (targets.length === 0) {
    await shell.err(
      shell.wording.name === 'dash'
        ? shell.message('Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]', 'kill')
        : `${shell.process.argv[0]}: you need to specify whom to kill\n`,
    );
    return shell.wording.name === 'dash' ? 2 : 1;
  }
  let status = 0;
  for (const target of targets) if (!(await killOne(shell, target, signal))) status = 1;
  return status;
};

async function killOne(shell: Shell, target: string, signal: Signal | '0'): Promise<boolean> {
  const pid = target.startsWith('%') ? groupOf(requireJob(shell, target)) : Number(target);
  if (!Number.isInteger(pid)) {
    if (shell.wording.name === 'dash') throw new BuiltinFailure(`Illegal number: ${target}`);
    await shell.err(`${shell.process.argv[0]}: invalid number '${target}'
`);
    return false;
  }
  const { table, group } = shell.process;
  const address = pid === 0 ? -group : pid;
  const found =
    signal === '0' ? table.list().some((entry) => entry.pid === Math.abs(address)) : table.kill(address, signal);
  if (found) return true;
  if (shell.wording.name === 'dash') await shell.err(`${shell.message('No such process', 'kill')}\n`);
  else await shell.err(`${shell.process.argv[0]}: can't kill pid ${target}: No such process\n`);
  return false;
}

function groupOf(job: Job): number {
  return job.group === undefined ? (job.children.at(-1)?.pid ?? 0) : -job.group;
}

async function badSignal(shell: Shell, name: string): Promise<number> {
  if (shell.wording.name === 'dash') throw new BuiltinFailure(`Illegal option -${name}`);
  await shell.err(`${shell.process.argv[0]}: bad signal name '${name}'\n`);
  return 1;
}

async function listSignals(shell: Shell, which: string | undefined): Promise<number> {
  if (which === undefined) {
    await shell.out(signalList);
    return 0;
  }
  const signal = parseSignal(/^\d+$/.test(which) ? String(Number(which) & 127) : which);
  if (!signal) return badSignal(shell, which);
  await shell.out(`${/^\d+$/.test(which) ? signal.slice(3) : signalNumber(signal)}\n`);
  return 0;
}

export const trap: Builtin = async (shell, [, ...given]) => {
  const args = given[0] === '--' ? given.slice(1) : given;
  const [first, ...names] = args;
  if (first === undefined) {
    for (const [name, action] of shell.traps)
      await shell.out(`trap -- ${singleQuote(action)} ${name === 'EXIT' ? name : name.slice(3)}\n`);
    return 0;
  }
  const resetsAll = names.length === 0 || /^\d+$/.test(first);
  const action = first === '-' || resetsAll ? undefined : first;
  let status = 0;
  for (const name of resetsAll && first !== '-' ? args : names) {
    const signal = /^(?:EXIT|0)$/i.test(name) ? 'EXIT' : parseSignal(name);
    if (signal) setTrap(shell, signal, action);
    else {
      status = 1;
      await shell.err(
        shell.wording.name === 'dash'
          ? `trap: ${name}: bad trap\n`
          : shell.message(`${name}: invalid signal specification`, 'trap'),
      );
    }
  }
  return status;
};
