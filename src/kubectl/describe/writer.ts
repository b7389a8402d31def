/** Collects describe's lines: levels of two spaces, tabs for columns; aligned once at the end. */
import { alignTabs, describeLayout } from '../print/tabwriter.ts';

export interface DescribeWriter {
  /** Text of one or more lines, without the last newline. `level` indents its first line. */
  line(level: number, text: string): void;
  /** Unfinished: the next call goes on in the same line. */
  part(text: string): void;
  raw(): string;
  aligned(): string;
}

export function describeWriter(): DescribeWriter {
  let out = '';
  return {
    line(level, text) {
      out += `${'  '.repeat(level)}${text}\n`;
    },
    part(text) {
      out += text;
    },
    raw: () => out,
    aligned: () => alignTabs(out, describeLayout),
  };
}
