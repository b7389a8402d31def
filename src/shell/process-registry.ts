/** Who is alive in a container, and what a signal does to them: the process table with Linux's rules for PID 1. */
import type { Clock } from '../kit/clock.ts';
import type { ProcessEntry, ProcessTable, Signal } from './process.ts';
import { signalStatus } from './signals.ts';

/** One process as the table knows it. Mutable where execve and setpgid change it. */
export interface Task {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  argv: readonly string[];
  readonly startedMs: number;
  /** The container that it belongs to: several may share a process table. */
  readonly owner: object;
  readonly handlers: Map<Signal, Set<() => void>>;
  readonly ignored: Set<Signal>;
  /** Ends it now; `reason` interrupts whatever it waits for. Idempotent. */
  readonly end: (status: number, reason: Signal) => void;
}

/** A container's pids.max here. Small, because a fork bomb costs the whole program its time. */
const maxProcesses = 512;

export class ProcessRegistry implements ProcessTable {
  readonly clock: Clock;
  readonly #user: string;
  readonly #tasks = new Map<number, Task>();
  #nextPid = 1;
  #stopped = false;

  constructor(clock: Clock, user: string) {
    this.clock = clock;
    this.#user = user;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get size(): number {
    return this.#tasks.size;
  }

  get full(): boolean {
    return this.#tasks.size >= maxProcesses;
  }

  reservePid(): number {
    return this.#nextPid++;
  }

  add(task: Task): void {
    this.#tasks.set(task.pid, task);
  }

  /** Takes it out of the table. The end of PID 1 is the end of everybody. */
  remove(task: Task): void {
    if (!this.#tasks.delete(task.pid)) return;
    if (task.pid === 1) this.stop();
    const parent = this.#tasks.get(task.parent);
    if (parent) this.deliver(parent, 'SIGCHLD', false);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const task of [...this.#tasks.values()]) task.end(signalStatus('SIGKILL'), 'SIGKILL');
  }

  /** SIGKILL for all of one container. */
  endAll(owner: object): void {
    for (const task of [...this.#tasks.values()]) {
      if (task.owner === owner) task.end(signalStatus('SIGKILL'), 'SIGKILL');
    }
  }

  list(): readonly ProcessEntry[] {
    return [...this.#tasks.values()]
      .sort((a, b) => a.pid - b.pid)
      .map(({ pid, parent, argv, startedMs }) => ({ pid, parent, argv, startedMs, user: this.#user }));
  }

  kill(pid: number, signal: Signal): boolean {
    if (pid < 0) return this.signalGroup(-pid, signal);
    const task = this.#tasks.get(pid);
    if (task) this.deliver(task, signal, false);
    return task !== undefined;
  }

  /** True when the group has a member. */
  signalGroup(group: number, signal: Signal, fromOutside = false): boolean {
    const members = [...this.#tasks.values()].filter((task) => task.group === group);
    for (const member of members) this.deliver(member, signal, fromOutside);
    return members.length > 0;
  }

  /** PID 1 has no default actions in its own namespace (pid_namespaces(7)); from outside SIGKILL always works. */
  deliver(task: Task, signal: Signal, fromOutside: boolean): void {
    if (signal === 'SIGKILL') {
      if (task.pid !== 1 || fromOutside) task.end(signalStatus(signal), signal);
      return;
    }
    const handlers = task.handlers.get(signal);
    if (handlers && handlers.size > 0) {
      for (const handler of [...handlers]) handler();
      return;
    }
    if (task.pid === 1 || signal === 'SIGCHLD' || task.ignored.has(signal)) return;
    task.end(signalStatus(signal), signal);
  }
}
