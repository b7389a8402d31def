/** Human output of get: one aligned table per run of the same type, an empty line between. */

import type { DiscoveredType } from '../../kube/client.ts';
import type { Flags } from '../flags/spec.ts';
import { sortRows } from '../print/sort.ts';
import { type Table, type TablePrinter, type TablePrintOptions, tablePrinter } from '../print/table.ts';
import type { Fetched, FetchedGroup } from '../resources/fetch.ts';
import { kindName } from '../resources/types.ts';
import type { Session } from '../session.ts';

/** Returns whether anything was printed. */
export function printTables(session: Session, flags: Flags, { groups }: Fetched): boolean {
  const prefixed = flags.bool('show-kind') || new Set(groups.map(({ type }) => kindName(type))).size > 1;
  const sortBy = flags.string('sort-by');
  let out = '';
  let printer: TablePrinter | undefined;
  let last: DiscoveredType | undefined;
  for (const { type, tables } of runs(groups)) {
    if (type !== last || !printer) {
      const text = printer?.flush() ?? '';
      out = join(out, text, flags);
      printer = tablePrinter(printOptions(flags, type, prefixed));
      last = type;
    }
    for (const table of sortBy ? sorted(tables, sortBy) : tables) printer.add(table);
  }
  out = join(out, printer?.flush() ?? '', flags);
  session.out(out);
  return out !== '';
}

function join(before: string, text: string, flags: Flags): string {
  if (before === '' || text === '') return before + text;
  return `${before}${flags.bool('no-headers') ? '' : '\n'}${text}`;
}

export function printOptions(flags: Flags, type: DiscoveredType, prefixed: boolean): TablePrintOptions {
  return {
    wide: flags.string('output') === 'wide',
    noHeaders: flags.bool('no-headers'),
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.list('label-columns'),
    withNamespace: flags.bool('all-namespaces') && type.namespaced,
    ...(prefixed && { kindPrefix: kindName(type) }),
  };
}

/** Neighbours of one type together, so that they are sorted and aligned as one. */
function runs(groups: readonly FetchedGroup[]): { type: DiscoveredType; tables: Table[] }[] {
  const out: { type: DiscoveredType; tables: Table[] }[] = [];
  for (const { type, tables } of groups) {
    const last = out.at(-1);
    if (last?.type === type) last.tables.push(...tables);
    else out.push({ type, tables: [...tables] });
  }
  return out;
}

function sorted(tables: readonly Table[], field: string): Table[] {
  const rows = sortRows(
    tables.flatMap((table) => table.rows ?? []),
    field,
  );
  const columnDefinitions = tables[0]?.columnDefinitions;
  return rows ? [{ kind: 'Table', rows, ...(columnDefinitions && { columnDefinitions }) }] : [];
}
