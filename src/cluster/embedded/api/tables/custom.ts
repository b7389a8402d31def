/** How does a custom resource look in a table? By its definition's additionalPrinterColumns, or its name and age. */
import type { PrinterColumn } from '../machinery.ts';
import { age } from './age.ts';
import { type Cell, type ColumnDefinition, columns, type KindTable, nameCell } from './column.ts';
import { readPath } from './json-path.ts';

const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export function customTable(printerColumns: readonly PrinterColumn[]): KindTable {
  const own = printerColumns.length > 0 ? printerColumns : [ageColumn];
  return {
    columns: [...columns('Name*'), ...own.map(definition)],
    cells: (object, nowMs) => [
      nameCell(object),
      ...own.map((column) => cell(column, readPath(object, column.jsonPath), nowMs)),
    ],
  };
}

function definition({ name, type, format = '', description = '', priority = 0 }: PrinterColumn): ColumnDefinition {
  return { name, type, format, description, priority };
}

/** A value that is missing or of another type prints as nothing. */
function cell(column: PrinterColumn, value: unknown, nowMs: number): Cell {
  if (value === undefined || value === null) return '';
  switch (column.type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : '';
    case 'number':
      return typeof value === 'number' ? value : '';
    case 'boolean':
      return typeof value === 'boolean' ? value : '';
    case 'date':
      return typeof value === 'string' ? age(value, nowMs) : '<unknown>';
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
