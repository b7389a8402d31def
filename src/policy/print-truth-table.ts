/** A truth table as text for people, JSON, CSV and HTML. Words beside every sign: colour never carries meaning alone. */
import { textTable } from '../kit/text-table.ts';
import type { TruthDiff } from './truth-diff.ts';
import { printPort, type TruthCell, type TruthTable } from './truth-table.ts';

export type TableState = 'allowed' | 'denied' | 'partly';

export function stateOf({ allowed, pairs }: TruthCell): TableState {
  if (allowed === 0) return 'denied';
  return allowed === pairs ? 'allowed' : 'partly';
}

const signs: Readonly<Record<TableState, string>> = { allowed: '+', denied: '.', partly: '~' };

/** Rows are sources; columns are numbered, and named below. `width` of the terminal: the table goes on below where it is wider. */
export function printTableText(table: TruthTable, width = Number.POSITIVE_INFINITY): string {
  const columns = columnsOf(table);
  if (columns.length === 0) return 'no pods, so no flows\n';
  const byKey = new Map(
    table.cells.map((cell) => [`${cell.source} ${cell.destination} ${printPort(cell.port)}`, cell]),
  );
  const rows = table.ends.map((source) => [
    source,
    ...columns.map(({ destination, port }) => {
      const cell = byKey.get(`${source} ${destination} ${port}`);
      return cell ? signs[stateOf(cell)] : ' ';
    }),
  ]);
  const heads = columns.map((_, index) => String(index + 1));
  const blocks = blocksOf(heads, Math.max(...table.ends.map((end) => end.length), 'FROM \\ TO'.length), width);
  const legend = columns.map(({ destination, port }, index) => [`  ${index + 1}`, `${destination} ${port}`]);
  return [
    ...blocks.flatMap(({ from, to }) => {
      const lines = [['FROM \\ TO', ...heads], ...rows];
      return [
        textTable(
          lines.map(([label = '', ...cells]) => [label, ...cells.slice(from, to)]),
          2,
        ),
        '\n',
      ];
    }),
    textTable(legend, 2),
    '\n+ allowed   . denied   ~ some replicas only\n',
  ].join('');
}

/** Which columns stand side by side: as many as fit beside the label, and at least one. */
function blocksOf(heads: readonly string[], label: number, width: number) {
  const blocks: { from: number; to: number }[] = [];
  let used = width;
  heads.forEach((head, index) => {
    used += 2 + head.length;
    if (used > width || blocks.length === 0) {
      blocks.push({ from: index, to: index });
      used = label + 2 + head.length;
    }
    const block = blocks.at(-1);
    if (block) block.to = index + 1;
  });
  return blocks;
}

/** The same as sentences, one for each source, for those who hear it: nobody has to remember what column 7 was. */
export function printTableSentences({ ends, cells }: TruthTable): string {
  if (cells.length === 0) return 'no pods, so no flows\n';
  const words: Readonly<Record<TableState, string>> = {
    allowed: 'reaches',
    denied: 'does not reach',
    partly: 'reaches, with some replicas only,',
  };
  return ends
    .flatMap((source) => {
      const own = cells.filter((cell) => cell.source === source);
      return (['allowed', 'partly', 'denied'] as const).flatMap((state) => {
        const reached = own.filter((cell) => stateOf(cell) === state);
        const names = reached.map(({ destination, port }) => `${destination} ${printPort(port)}`);
        return names.length > 0 ? [`${source} ${words[state]} ${names.join(', ')}.\n`] : [];
      });
    })
    .join('');
}

export function printTableJson(table: TruthTable): string {
  const flows = table.cells.map(flowJson);
  return `${JSON.stringify({ schemaVersion: 1, ends: table.ends, flows }, null, 2)}\n`;
}

export function printTableCsv({ cells }: TruthTable): string {
  const rows = cells.map((cell) => [
    cell.source,
    cell.destination,
    printPort(cell.port),
    stateOf(cell),
    cell.allowed,
    cell.pairs,
  ]);
  return `${[['source', 'destination', 'port', 'state', 'allowed', 'pairs'], ...rows].map((row) => row.map(quoteCsv).join(',')).join('\n')}\n`;
}

/** One self-contained page. */
export function printTableHtml(table: TruthTable): string {
  const columns = columnsOf(table);
  const byKey = new Map(
    table.cells.map((cell) => [`${cell.source} ${cell.destination} ${printPort(cell.port)}`, cell]),
  );
  const head = columns.map(
    ({ destination, port }) => `<th scope="col"><span>${escapeHtml(`${destination} ${port}`)}</span></th>`,
  );
  const body = table.ends.map((source) => {
    const cells = columns.map(({ destination, port }) => {
      const cell = byKey.get(`${source} ${destination} ${port}`);
      if (!cell) return '<td></td>';
      const state = stateOf(cell);
      const title = escapeHtml(`${source} → ${destination} ${port}: ${state} (${cell.allowed} of ${cell.pairs})`);
      return `<td class="${state}" title="${title}">${state}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(source)}</th>${cells.join('')}</tr>`;
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Truth table</title>
<style>
body{font:14px system-ui,sans-serif}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:2px 6px;text-align:left}
.allowed{background:#d7f0d7}.denied{background:#f3f3f3;color:#555}.partly{background:#fdeec2}
</style>
<table><caption>Which workload may reach which, by policy</caption>
<thead><tr><th scope="col">from \\ to</th>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table>
</html>
`;
}

export function printDiffText({ opened, closed, added, removed }: TruthDiff): string {
  const line = (sign: string, cell: TruthCell, note: string): string[] => [
    `${sign} ${cell.source} -> ${cell.destination}`,
    printPort(cell.port),
    note,
  ];
  const rows = [
    ...opened.map(({ before, after }) => line('+', after, `opened: ${stateOf(before)} -> ${stateOf(after)}`)),
    ...closed.map(({ before, after }) => line('-', after, `closed: ${stateOf(before)} -> ${stateOf(after)}`)),
    ...added.map((cell) => line('>', cell, `only after: ${stateOf(cell)}`)),
    ...removed.map((cell) => line('<', cell, `only before: ${stateOf(cell)}`)),
  ];
  return rows.length > 0 ? textTable(rows) : 'no flow changes\n';
}

export function printDiffJson({ opened, closed, added, removed }: TruthDiff): string {
  const changeJson = ({ before, after }: TruthDiff['opened'][number]) => ({
    ...flowJson(after),
    before: stateOf(before),
  });
  return `${JSON.stringify(
    {
      schemaVersion: 1,
      opened: opened.map(changeJson),
      closed: closed.map(changeJson),
      added: added.map(flowJson),
      removed: removed.map(flowJson),
    },
    null,
    2,
  )}\n`;
}

function flowJson(cell: TruthCell) {
  const { source, destination, allowed, pairs } = cell;
  return { source, destination, port: printPort(cell.port), state: stateOf(cell), allowed, pairs };
}

function columnsOf({ ends, cells }: TruthTable): readonly { readonly destination: string; readonly port: string }[] {
  const ports = new Map<string, Set<string>>();
  for (const { destination, port } of cells) {
    ports.set(destination, (ports.get(destination) ?? new Set()).add(printPort(port)));
  }
  return ends.flatMap((destination) => [...(ports.get(destination) ?? [])].map((port) => ({ destination, port })));
}

function quoteCsv(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
