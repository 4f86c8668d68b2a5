import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { replaceFile } from '../../../trainer/protocol/replaceFile.ts';
import type { Decision } from '../../../webviews/protocol/datasetGallery.ts';

/** What changes of a decision; what it does not name stays. */
export interface DecisionChange {
  file: string;
  /** Null: the image's own label again. */
  label?: string | null | undefined;
  excluded?: boolean | undefined;
}

/** What a write did. */
export interface Written {
  /** The decisions of the images that changed as they were before: writing them takes the change back. */
  before: Decision[];
  /** All that now hold. */
  all: Decision[];
}

const ownColumns = ['path', 'label', 'excluded'] as const;
type OwnColumn = (typeof ownColumns)[number];

/** The labels file as it stands, with whatever people wrote beside our three columns. Cells are text. */
interface LabelsTable {
  head: string[];
  /** May be shorter or longer than the head. */
  rows: string[][];
}

/** Index of a column, whichever way its name is written; −1 where there is none. */
function place({ head }: LabelsTable, column: OwnColumn): number {
  return head.findIndex((name) => name.toLowerCase() === column);
}

/**
 * Reads the file. One that is not there, or is empty, has our three columns and no rows.
 *
 * @throws an Error with a sentence for the user where it is no such CSV, so that it is never written over.
 */
async function readTable(file: string): Promise<LabelsTable> {
  let text = '';
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  let records: string[][];
  try {
    records = parse(text, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true });
  } catch (error) {
    throw new Error(`${file} is not a CSV file that can be read: ${(error as Error).message}`, { cause: error });
  }
  const [head = [...ownColumns], ...rows] = records;
  const table = { head, rows };
  if (place(table, 'path') === -1) throw new Error(`${file} has no column "path".`);
  return table;
}

/** What a table decides; of rows for the same image the last holds. */
function decisionsIn(table: LabelsTable): Map<string, Decision> {
  const [path, label, excluded] = ownColumns.map((column) => place(table, column)) as [number, number, number];
  const decisions = new Map<string, Decision>();
  for (const row of table.rows) {
    const file = row[path] ?? '';
    if (file === '') continue;
    const decision = { file, label: row[label] || null, excluded: /^(true|yes|1|x)$/i.test(row[excluded] ?? '') };
    decisions.set(file, decision);
  }
  return decisions;
}

/** Reads what people decided of images: `path,label,excluded`. A file that is not there decides nothing. Throws as `changeDecisions`. */
export async function readDecisions(file: string): Promise<Map<string, Decision>> {
  return decisionsIn(await readTable(file));
}

function field(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The file as it is written: one line an image, sorted by path, so that a difference shows what was decided. */
function textOf(table: LabelsTable): string {
  const path = place(table, 'path');
  const rows = [...table.rows].sort((a, b) => ((a[path] ?? '') < (b[path] ?? '') ? -1 : 1));
  return [table.head, ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}

/** The table after decisions. A row that decides nothing any more goes, unless people wrote something of their own in it. */
function decided(before: LabelsTable, changes: readonly Decision[]): LabelsTable {
  const head = [...before.head];
  for (const column of ownColumns) if (place({ head, rows: [] }, column) === -1) head.push(column);
  const table = { head, rows: before.rows };
  const [path, label, excluded] = ownColumns.map((column) => place(table, column)) as [number, number, number];
  const changed = new Map(changes.map((change) => [change.file, change]));
  const known = new Set<string>();
  const rows = before.rows.map((row) => {
    const change = changed.get(row[path] ?? '');
    if (!change) return row;
    known.add(change.file);
    const cells = Array.from({ length: Math.max(row.length, head.length) }, (_, at) => row[at] ?? '');
    cells[label] = change.label ?? '';
    cells[excluded] = change.excluded ? 'true' : '';
    return cells;
  });
  for (const change of changed.values()) {
    if (known.has(change.file)) continue;
    const cells = head.map(() => '');
    cells[path] = change.file;
    cells[label] = change.label ?? '';
    cells[excluded] = change.excluded ? 'true' : '';
    rows.push(cells);
  }
  return { head, rows: rows.filter((row) => row.some((cell, at) => at !== path && cell !== '')) };
}

/** The last write of each file; the next waits for it, or it would start from a table that is no longer so. */
const writing = new Map<string, Promise<unknown>>();

/**
 * Changes decisions in the file, as a whole put in place at once; columns of people's own stay as they are. Image files are
 * never touched.
 *
 * @throws an Error with a sentence for the user where the file is there and no such CSV.
 */
export async function changeDecisions(file: string, changes: readonly DecisionChange[]): Promise<Written> {
  const before = writing.get(file) ?? Promise.resolve();
  const own = before.then(
    () => write(file, changes),
    () => write(file, changes),
  );
  writing.set(file, own);
  try {
    return await own;
  } finally {
    if (writing.get(file) === own) writing.delete(file);
  }
}

async function write(file: string, changes: readonly DecisionChange[]): Promise<Written> {
  const table = await readTable(file);
  const held = decisionsIn(table);
  const before = changes.map(({ file: name }) => held.get(name) ?? { file: name, label: null, excluded: false });
  const after = changes.map(({ label, excluded }, at): Decision => {
    const { file: name, ...now } = before[at] ?? { file: '', label: null, excluded: false };
    return { file: name, label: label === undefined ? now.label : label, excluded: excluded ?? now.excluded };
  });
  const changed = decided(table, after);
  await replaceFile(file, textOf(changed));
  return { before, all: [...decisionsIn(changed).values()] };
}
