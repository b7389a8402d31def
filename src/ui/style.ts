/** How a terminal wants to be written to: colour, symbols, width, motion. Decided once from the environment, then passed along. */
import pc from 'picocolors';

export interface Style {
  readonly columns: number;
  /** Box drawing, bullets and arrows; otherwise plain ASCII. */
  readonly unicode: boolean;
  /** No cursor movement, no spinners, numbered prompts. */
  readonly accessible: boolean;
  /** A person reads it at this width; otherwise lines stay whole, for programs that search them. */
  readonly terminal: boolean;
  readonly color: boolean;
  /** Lines may be redrawn. */
  readonly motion: boolean;
  /** Our own words without typographic signs, where the terminal is to get plain ASCII. */
  plain(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  code(text: string): string;
}

export interface StyleOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
  readonly columns?: number | undefined;
  readonly ascii?: boolean;
  readonly accessible?: boolean;
}

/** NO_COLOR beats FORCE_COLOR (https://no-color.org); without a terminal there is no colour unless it is forced. */
export function createStyle({ env, isTerminal, columns, ascii = false, accessible = false }: StyleOptions): Style {
  const quiet = Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const coloured = !quiet && (forced || isTerminal);
  const color = pc.createColors(coloured);
  const forEars = accessible || Boolean(env['ACCESSIBLE']);
  const unicode = !ascii && env['TERM'] !== 'dumb';
  return {
    columns: Math.max(40, Math.min(columns ?? 80, 100)),
    unicode,
    accessible: forEars,
    terminal: isTerminal,
    color: coloured,
    motion: isTerminal && !forEars && env['TERM'] !== 'dumb',
    plain: (text) => (unicode ? text : text.replaceAll('…', '...').replaceAll('·', '-')),
    bold: color.bold,
    dim: color.dim,
    good: color.green,
    bad: color.red,
    warn: color.yellow,
    code: color.cyan,
  };
}
