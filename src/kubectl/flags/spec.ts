/** Which flags a command takes, and their values after parsing. The kinds are those of Go's pflag. */

export type FlagKind = 'bool' | 'string' | 'list' | 'array' | 'int' | 'duration' | 'map';

export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind;
  /** As it would be typed. */
  readonly fallback?: string;
  /** The value of the bare flag (pflag's NoOptDefVal): `--dry-run` means `unchanged`. Such a flag never takes the next word. */
  readonly bare?: string;
  /** The real kubectl knows it, the built-in one refuses it. */
  readonly refused?: boolean;
  readonly help?: string;
}

export interface Flags {
  /** Was it given on the command line? */
  changed(name: string): boolean;
  bool(name: string): boolean;
  string(name: string): string;
  /** Comma-separated, repeatable; or repeatable only ("array"). */
  list(name: string): readonly string[];
  int(name: string): number;
  /** Milliseconds. */
  duration(name: string): number;
}

export function flag(name: string, kind: FlagKind, more: Omit<FlagSpec, 'name' | 'kind'> = {}): FlagSpec {
  return { name, kind, ...more };
}

/** Flags of the real kubectl that we do not do: parsed, then refused by name. */
export function refused(kind: FlagKind, ...names: readonly string[]): FlagSpec[] {
  return names.map((name) => ({ name, kind, refused: true }));
}

/** Go's time.ParseDuration, in milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  const match = /^([-+]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.exec(text);
  if (!match) return undefined;
  const unit: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };
  let total = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (unit[name ?? ''] ?? 0);
  }
  return match[1] === '-' ? -total : total;
}

/** How Go prints a duration: `1m30s`, `500ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (Math.abs(ms) < 1000) return `${ms}ms`;
  const seconds = Math.abs(ms) / 1000;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = Number((seconds % 60).toFixed(9));
  const parts = [hours > 0 ? `${hours}h` : '', hours > 0 || minutes > 0 ? `${minutes}m` : '', `${rest}s`];
  return (ms < 0 ? '-' : '') + parts.join('');
}
