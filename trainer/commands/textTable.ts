/** A column of a text table. */
export interface Column<Row> {
  head: string;
  /** Numbers stand to the right. */
  align?: 'left' | 'right';
  cell: (row: Row) => string;
}

/** Lines of a table: a head, a rule, and a line for each row, columns two blanks apart. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map(({ head }, index) =>
    Math.max(head.length, ...cells.map((line) => (line[index] ?? '').length)),
  );
  const lineOf = (texts: readonly string[]) =>
    columns
      .map(({ align = 'left' }, index) => {
        const text = texts[index] ?? '';
        const width = widths[index] ?? 0;
        return align === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    lineOf(columns.map(({ head }) => head)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...cells.map(lineOf),
  ];
}
