/** --dry-run: what it may say, and how results mention it. */
import { KubectlError } from './errors.ts';
import type { Flags } from './flags/spec.ts';

export type DryRun = 'none' | 'client' | 'server';

export function dryRunOf(session: { err(text: string): void }, flags: Flags): DryRun {
  const value = flags.string('dry-run');
  if (value === 'unchanged') {
    session.err('W0000 --dry-run is deprecated and can be replaced with --dry-run=client.\n');
    return 'client';
  }
  if (value === 'client' || value === 'server' || value === 'none') return value;
  if (/^(true|false|1|0|t|f)$/i.test(value)) {
    session.err(
      `W0000 --dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${/^(t|1)/i.test(value) ? 'client' : 'none'}.\n`,
    );
    return /^(t|1)/i.test(value) ? 'client' : 'none';
  }
  throw new KubectlError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}

/** ` (dry run)`, ` (server dry run)` or nothing. */
export function dryRunNote(dryRun: DryRun): string {
  if (dryRun === 'client') return ' (dry run)';
  return dryRun === 'server' ? ' (server dry run)' : '';
}

export function dryRunQuery(dryRun: DryRun): Record<string, string> {
  return dryRun === 'server' ? { dryRun: 'All' } : {};
}
