import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { DatasetError } from './datasetError.ts';
import { isInside, realPathInside } from './insideRoot.ts';
import { byCodeUnits, leftOutFile, splitNamed, type Listing } from './listedImage.ts';

/**
 * The rows of a CSV file with a header line, as records by lower-case column name, each with its line number.
 *
 * @throws DatasetError when the file is no CSV or lacks one of the `required` columns.
 */
export async function* readCsvRows(
  file: string,
  required: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<{ line: number; row: Map<string, string> }, void, undefined> {
  const source = createReadStream(file);
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: 100_000,
  });
  // Hands errors of the source on to the parser, and closes the file when the reader stops early.
  pipeline(source, parser, () => undefined);
  let columns: string[] | null = null;
  try {
    for await (const item of parser) {
      signal?.throwIfAborted();
      const { record, line } = parsedRow(item);
      if (columns === null) {
        columns = record.map((name) => name.toLowerCase());
        const missing = required.filter((name) => !columns?.includes(name));
        if (missing.length > 0) {
          throw new DatasetError(
            `${file}: the first line must name the columns; ${missing.join(', ')} not found among ${columns.join(', ')}.`,
          );
        }
        continue;
      }
      const row = new Map<string, string>();
      for (const [index, name] of columns.entries()) row.set(name, record[index] ?? '');
      yield { line, row };
    }
  } catch (error) {
    if (error instanceof DatasetError || signal?.aborted) throw error;
    // What the system says of the file, such as that it is missing, is for the caller to word.
    if (error instanceof Error && 'syscall' in error) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatasetError(`${file}: not a CSV file that can be read (${reason}).`, [], { cause: error });
  }
}

function parsedRow(item: unknown): { record: string[]; line: number } {
  if (typeof item !== 'object' || item === null || !('record' in item) || !Array.isArray(item.record)) {
    throw new TypeError('a record was expected');
  }
  const line =
    'info' in item && typeof item.info === 'object' && item.info !== null && 'lines' in item.info
      ? Number(item.info.lines)
      : 0;
  return { record: item.record.map(String), line };
}

/**
 * Lists a CSV file `path,label[,split][,group]`. Paths are relative to the file's folder, which is the root; a row that
 * names no label, an unknown split or a path outside the root is listed as a problem and left out.
 *
 * @param csv absolute path of the file.
 * @param root the file's folder, links resolved.
 */
export async function listCsv(csv: string, root: string, signal?: AbortSignal): Promise<Listing> {
  const listing: Listing = { root, images: [], problems: [] };
  const seen = new Set<string>();
  const realFolders = new Map<string, Promise<string | null>>();
  const badRow = (line: number, reason: string) =>
    listing.problems.push({
      kind: 'badCsvRow',
      file: null,
      className: null,
      message: `${path.basename(csv)}, line ${line}: ${reason}. Left out.`,
      severity: 'warning',
      leftOut: true,
    });
  for await (const { line, row } of readCsvRows(csv, ['path', 'label'], signal)) {
    const given = row.get('path') ?? '';
    const label = row.get('label') ?? '';
    const splitText = row.get('split') ?? '';
    const split = splitText === '' ? null : splitNamed(splitText);
    if (given === '') badRow(line, 'no path');
    else if (label === '') badRow(line, `no label for ${given}`);
    else if (splitText !== '' && split === null)
      badRow(line, `the split of ${given} is "${splitText}", not train, val or test`);
    else {
      // Lists made on Windows separate by backslashes.
      const absolute = path.resolve(root, given.includes('/') ? given : given.replaceAll('\\', path.sep));
      const file = path.relative(root, absolute).split(path.sep).join('/');
      if (!isInside(root, absolute)) {
        listing.problems.push(
          leftOutFile('outsideDataset', given, label, 'it lies outside of the folder of the CSV file'),
        );
        continue;
      }
      if (seen.has(file)) {
        badRow(line, `${file} stands there twice`);
        continue;
      }
      seen.add(file);
      const folder = path.dirname(absolute);
      let real = realFolders.get(folder);
      if (!real) realFolders.set(folder, (real = realPathInside(root, folder).catch(() => folder)));
      const realFolder = await real;
      if (realFolder === null) {
        listing.problems.push(leftOutFile('outsideDataset', file, label, 'a link that leads out of the data set'));
        continue;
      }
      listing.images.push({
        file,
        path: path.join(realFolder, path.basename(absolute)),
        label,
        split,
        group: row.get('group') || null,
      });
    }
  }
  listing.images.sort((a, b) => byCodeUnits(a.file, b.file));
  return listing;
}
