/**
 * The server's Tables as text: which columns show, kind prefixes, label columns, NAMESPACE in front. One printer per group
 * of rows; the widths it has seen carry over, so a watch keeps its columns.
 */
import type { KubeObject, Labels } from '../../kube/objects.ts';
import { goNumber } from './go-json.ts';
import { type Tabwriter, tableLayout, tabwriter } from './tabwriter.ts';

export interface TableColumn {
  readonly name: string;
  readonly type?: string;
  readonly format?: string;
  readonly priority?: number;
}

export interface TableRow {
  readonly cells: readonly unknown[];
  readonly object?: KubeObject;
}

export interface Table {
  readonly kind: 'Table';
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  /** null in all events of a watch but the first. */
  readonly columnDefinitions?: readonly TableColumn[] | null;
  readonly rows?: readonly TableRow[];
}

export const tableAccept =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

export interface TablePrintOptions {
  readonly wide?: boolean;
  readonly noHeaders?: boolean;
  readonly showLabels?: boolean;
  readonly labelColumns?: readonly string[];
  readonly withNamespace?: boolean;
  /** `pod`, `deployment.apps`: goes before each name. */
  readonly kindPrefix?: string;
}

export interface TablePrinter {
  /** Lines with tabs; `flush` aligns what has been added. `event` is the first column of --output-watch-events. */
  add(table: Table, event?: string): void;
  flush(): string;
}

export function tablePrinter(options: TablePrintOptions): TablePrinter {
  const writer: Tabwriter = tabwriter(tableLayout);
  let columns: readonly TableColumn[] = [];
  let headerOf = '';
  let pending = '';
  return {
    add(table, event) {
      if (table.columnDefinitions) columns = table.columnDefinitions;
      const rows = table.rows ?? [];
      if (rows.length === 0) return;
      const header = headerCells(columns, options, event !== undefined).join('\t');
      if (!options.noHeaders && header !== headerOf) pending += `${header}\n`;
      headerOf = header;
      for (const row of rows) pending += `${rowCells(columns, row, options, event).join('\t')}\n`;
    },
    flush() {
      const text = writer.align(pending);
      pending = '';
      return text;
    },
  };
}

function headerCells(columns: readonly TableColumn[], options: TablePrintOptions, events: boolean): string[] {
  const shown = columns.filter((column) => options.wide || !column.priority).map(({ name }) => name);
  const labels = (options.labelColumns ?? []).map((key) => key.slice(key.lastIndexOf('/') + 1));
  const cells = [...(options.withNamespace ? ['NAMESPACE'] : []), ...shown, ...labels];
  if (options.showLabels) cells.push('LABELS');
  return [...(events ? ['EVENT'] : []), ...cells].map((cell) => cell.toUpperCase());
}

function rowCells(
  columns: readonly TableColumn[],
  row: TableRow,
  options: TablePrintOptions,
  event: string | undefined,
): string[] {
  const nameColumn = columns.findIndex((column) => column.type === 'string' && column.format === 'name');
  const labels = row.object?.metadata.labels;
  const cells: string[] = [];
  if (event !== undefined) cells.push(event.padEnd(8));
  if (options.withNamespace) cells.push(row.object?.metadata.namespace ?? '');
  columns.forEach((column, i) => {
    if (column.priority && !options.wide) return;
    const text = cellText(row.cells[i]);
    cells.push(i === nameColumn && options.kindPrefix ? `${options.kindPrefix}/${text}` : text);
  });
  for (const key of options.labelColumns ?? []) cells.push(labels?.[key] ?? '');
  if (options.showLabels) cells.push(formatLabels(labels));
  return cells;
}

/** The first line only, so that one cell stays one row. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return goNumber(cell);
  if (typeof cell !== 'string') return String(cell);
  const end = cell.search(/[\f\n\r]/);
  return end < 0 ? cell : `${cell.slice(0, end)}...`;
}

/** `a=b,c=d` sorted, `<none>` when there are none. */
export function formatLabels(labels: Labels | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.map((key) => `${key}=${labels?.[key]}`).join(',') || '<none>';
}

/** Name and age only, for a server that cannot make Tables. */
export function tableOf(object: KubeObject, age: (timestamp: string | undefined) => string): Table {
  return {
    kind: 'Table',
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name' },
      { name: 'Age', type: 'string' },
    ],
    rows: [{ cells: [object.metadata.name ?? '', age(object.metadata.creationTimestamp)], object }],
  };
}
