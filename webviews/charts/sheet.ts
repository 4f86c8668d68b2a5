/** A small table: what stands behind a chart, for its table twin, for CSV and for Markdown. */
export interface Sheet {
  columns: readonly string[];
  /** The columns as people read them, units included; the columns themselves where left out. */
  heads?: readonly string[];
  /** How people read the numbers of each column; as they are where there is none. */
  formats?: readonly (((value: number) => string) | null)[];
  rows: readonly (readonly (string | number | null)[])[];
}

/** A field of CSV (RFC 4180). Text that a spreadsheet would run as a formula is led by an apostrophe. */
function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** As CSV, one line a row, head first. Numbers stand in full. */
export function csvOf(sheet: Sheet): string {
  return [sheet.columns, ...sheet.rows].map((row) => row.map(csvField).join(',') + '\n').join('');
}

/** As a Markdown table. What would break the table or be read as markup is escaped. */
export function markdownOf(sheet: Sheet): string {
  const cell = (value: string | number | null) =>
    value === null
      ? ''
      : typeof value === 'number'
        ? String(value)
        : value.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s*[\r\n]+\s*/g, ' ');
  const line = (cells: readonly (string | number | null)[]) => `| ${cells.map(cell).join(' | ')} |\n`;
  const rule = `|${sheet.columns.map((_, index) => (index === 0 ? ' --- ' : ' ---: ')).join('|')}|\n`;
  return line(sheet.columns) + rule + sheet.rows.map(line).join('');
}
