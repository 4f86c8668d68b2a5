import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Decision } from '../../../webviews/protocol/datasetGallery.ts';

const head = 'path,label,excluded\n';

/**
 * Reads what people decided of images: `path,label,excluded`. A file that is not there decides nothing.
 *
 * @throws an Error with a sentence for the user where it is no such CSV, so that it is never written over.
 */
export async function readDecisions(file: string): Promise<Map<string, Decision>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true, relax_column_count: true });
  } catch (error) {
    throw new Error(`${file} is not a CSV file that can be read: ${(error as Error).message}`, { cause: error });
  }
  if (rows[0] && rows[0]['path'] === undefined) throw new Error(`${file} has no column "path".`);
  const decisions = new Map<string, Decision>();
  for (const row of rows) {
    const path = row['path'] ?? '';
    if (path === '') continue;
    decisions.set(path, {
      file: path,
      label: row['label'] || null,
      excluded: /^(true|yes|1|x)$/i.test(row['excluded'] ?? ''),
    });
  }
  return decisions;
}

function field(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The file as it is written: one line a decision, sorted by path, so that a difference shows what was decided. Pure. */
export function labelsText(decisions: Iterable<Decision>): string {
  const lines = [...decisions]
    .filter(({ label, excluded }) => label !== null || excluded)
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ file, label, excluded }) => `${field(file)},${field(label ?? '')},${excluded ? 'true' : ''}\n`);
  return head + lines.join('');
}

/** Adds decisions to the file, as a whole put in place at once. Returns all that now hold. Image files are never touched. */
export async function writeDecisions(file: string, changes: readonly Decision[]): Promise<Decision[]> {
  const decisions = await readDecisions(file);
  for (const change of changes) {
    if (change.label === null && !change.excluded) decisions.delete(change.file);
    else decisions.set(change.file, change);
  }
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, labelsText(decisions.values()));
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return [...decisions.values()];
}
