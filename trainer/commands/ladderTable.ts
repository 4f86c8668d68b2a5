import { gainText } from '../protocol/gain.ts';
import { gainPerMinute, type RunRow } from '../protocol/runRow.ts';
import { countText, lossText, noNumber, percent, points } from '../protocol/numberFormats.ts';
import { textTable, type Column } from './textTable.ts';

function oneDecimal(value: number | null): string {
  return value === null ? noNumber : value.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

const columns: Column<RunRow>[] = [
  { head: 'size', align: 'right', cell: (row) => `${row.size} px` },
  { head: 'val_accuracy', align: 'right', cell: (row) => percent(row.valAccuracy) },
  { head: 'val_loss', align: 'right', cell: (row) => lossText(row.valLoss) },
  { head: 'minutes', align: 'right', cell: (row) => oneDecimal(row.seconds / 60) },
  { head: 'images/s', align: 'right', cell: (row) => countText(row.imagesPerSecond) },
  {
    head: 'parameters (trainable / total)',
    align: 'right',
    cell: (row) => `${countText(row.trainableParameters)} / ${countText(row.totalParameters)}`,
  },
  { head: 'gain', align: 'right', cell: (row) => gainText(row) },
  { head: 'gain per minute', align: 'right', cell: (row) => points(gainPerMinute(row)) },
  { head: 'run', cell: (row) => (row.state === 'completed' ? row.id : `${row.id} (${row.state})`) },
];

/** Lines of the table that a ladder ends with, one row a stage. */
export function ladderTable(rows: readonly RunRow[]): string[] {
  return textTable(columns, rows);
}
