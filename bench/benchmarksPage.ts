import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const page = path.join(import.meta.dirname, '../docs/benchmarks.md');

/** Puts a table into its place in `docs/benchmarks.md`: between its marks, or at the end of the page with new ones. */
export function writeBenchmarksPage(name: string, table: string): void {
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), name, table));
}

/** The page with the table of that name in its place. What stands outside of the marks is left as it is. */
export function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const block = `${begin}\n${table.trim()}\n${end}`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) return `${text.trimEnd()}\n\n${block}\n`;
  return text.slice(0, from) + block + text.slice(to + end.length);
}
