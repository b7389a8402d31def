/** `trap`: when actions for signals and for EXIT run, and what they may change. */
import type { Signal } from '../process.ts';
import { ShellExit } from './control.ts';
import type { Shell } from './shell.ts';

/** Registered per shell, so that `trap -` can take it back. */
const disposers = new WeakMap<Shell, Map<Signal, () => void>>();

/** `action` undefined resets, empty ignores. */
export function setTrap(shell: Shell, name: Signal | 'EXIT', action: string | undefined): void {
  if (action === undefined) shell.traps.delete(name);
  else shell.traps.set(name, action);
  if (name === 'EXIT' || name === 'SIGKILL') return;
  const known = disposers.get(shell) ?? new Map<Signal, () => void>();
  disposers.set(shell, known);
  known.get(name)?.();
  known.delete(name);
  if (action === undefined) return;
  if (action === '') {
    known.set(name, shell.process.ignoreSignal(name));
    return;
  }
  const dispose = shell.process.onSignal(name, () => {
    shell.pendingSignals.push(name);
    shell.onTrapped?.();
  });
  known.set(name, dispose);
}

/** Between two commands: what has been trapped meanwhile. `$?` is as before. */
export async function runPendingTraps(shell: Shell): Promise<void> {
  while (shell.pendingSignals.length > 0) {
    const [signal] = shell.pendingSignals.splice(0, 1);
    const action = signal && shell.traps.get(signal);
    if (!action) continue;
    const { status } = shell;
    await shell.engine.runText(shell, action);
    shell.status = status;
  }
}

/** Once, when the shell ends. `exit` in it changes the status; the action sees the old one in `$?`. */
export async function runExitTrap(shell: Shell, status: number): Promise<number> {
  const action = shell.traps.get('EXIT');
  shell.traps.delete('EXIT');
  if (!action) return status;
  shell.status = status;
  try {
    await shell.engine.runText(shell, action);
    return status;
  } catch (error) {
    if (error instanceof ShellExit) return error.status;
    throw error;
  }
}
