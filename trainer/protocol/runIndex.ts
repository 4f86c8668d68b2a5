import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { replaceFileSync } from './replaceFile.ts';
import { workspacePaths } from './runPaths.ts';
import type { RunOverview } from './runOverview.ts';
import { runStates } from './runState.ts';
import type { RunStamp } from './runStamp.ts';
import { upsizeVersion } from './upsizeVersion.ts';

/** What the index has of one run: what its folder came to while it bore this stamp. */
export interface IndexedRun {
  stamp: RunStamp;
  overview: RunOverview;
  damagedLines: number;
}

/** Raised whenever the columns, or what is derived for them, change. */
const format = 2;
const checksumDigits = 8;
/** Stands between the sizes of later stages. */
const comma = ',';

const engines = ['native', 'wasm'] as const;
const modes = ['eager', 'graph'] as const;

type Cell = string | number | boolean | null;

const rowColumns = ['id', 'laterSizes', 'damagedLines'] as const;
const overviewColumns = [
  ...(['parentId', 'ladderId', 'controlOf', 'configName', 'configFile', 'stageIndex', 'size', 'created'] as const),
  ...(['state', 'attempt', 'message', 'failure', 'lastSeq', 'seconds', 'epochs', 'bestEpoch'] as const),
  ...(['imagesPerSecond', 'valAccuracy', 'valLoss', 'isEvaluated', 'splitHash', 'labelsHash', 'sharedGain'] as const),
  ...(['parentValAccuracy', 'trainableParameters', 'totalParameters', 'engine', 'mode'] as const),
  ...(['weightsSha256', 'testLooks'] as const),
] as const;
const stampColumns = ['folderInode', 'folderTime', 'logFile', 'logInode', 'logTime', 'logBytes'] as const;

/** What its cells are is looked at as they are taken out: they are gone through once. */
const cells = z.custom<readonly unknown[]>(Array.isArray);
/**
 * Columns rather than an object a run, and each text once, since most are those of many runs: read in a tenth of the time, which
 * is what the index is for.
 */
const indexSchema = z.object({
  format: z.literal(format),
  upsize: z.literal(upsizeVersion),
  texts: cells,
  columns: z.record(z.enum([...rowColumns, ...overviewColumns, ...stampColumns]), cells),
});

/** Where the index of a workspace folder lies: one for each version, since another may read logs in another way. */
export function runIndexFile(workspace: string): string {
  return path.join(workspacePaths(workspace).cache, `runs-${upsizeVersion}.index`);
}

/** The index as it was last written, by run; empty where there is none that this Upsize wrote and that is whole. */
export function readRunIndex(workspace: string): Map<string, IndexedRun> {
  try {
    const bytes = readFileSync(runIndexFile(workspace));
    const content = bytes.subarray(checksumDigits + 1);
    if (checksumOf(content) !== bytes.toString('latin1', 0, checksumDigits)) return new Map<string, IndexedRun>();
    return runsOf(indexSchema.parse(JSON.parse(content.toString('utf8'))));
  } catch {
    return new Map<string, IndexedRun>();
  }
}

/** Puts an index in the place of the one before. Throws what the file system throws; the old one is then still there. */
export function writeRunIndex(workspace: string, runs: ReadonlyMap<string, IndexedRun>): void {
  const all = [...runs.values()];
  const overviews = all.map(({ overview }) => overview);
  const stamps = all.map(({ stamp }) => stamp);
  const rows = [...runs].map(([id, { overview, damagedLines }]) => {
    return { id, laterSizes: overview.laterSizes.join(comma), damagedLines };
  });
  const places = new Map<string, number>();
  const stored = (cell: Cell) => {
    // JSON has no number for these.
    if (typeof cell === 'number' && !Number.isFinite(cell)) return String(cell);
    if (typeof cell !== 'string') return cell;
    const place = places.get(cell) ?? places.size;
    places.set(cell, place);
    return place;
  };
  const columnsOf = <N extends string>(names: readonly N[], objects: readonly Readonly<Record<N, Cell>>[]) =>
    Object.fromEntries(names.map((name) => [name, objects.map((object) => stored(object[name]))]));
  const columns = {
    ...columnsOf(rowColumns, rows),
    ...columnsOf(overviewColumns, overviews),
    ...columnsOf(stampColumns, stamps),
  };
  const content = Buffer.from(JSON.stringify({ format, upsize: upsizeVersion, texts: [...places.keys()], columns }));
  const head = Buffer.from(`${checksumOf(content)}\n`);
  replaceFileSync(runIndexFile(workspace), Buffer.concat([head, content]), { makeFolder: true });
}

function runsOf({ texts, columns }: z.infer<typeof indexSchema>): Map<string, IndexedRun> {
  const text = (column: readonly unknown[], row: number): string | null => {
    const place = column[row];
    const found = typeof place === 'number' ? texts[place] : null;
    return typeof found === 'string' ? found : null;
  };
  const number = (column: readonly unknown[], row: number): number | null => {
    const cell = column[row];
    return typeof cell === 'number' ? cell : typeof cell === 'string' ? Number(cell) : null;
  };
  const runs = new Map<string, IndexedRun>();
  for (const row of columns.id.keys()) {
    const id = text(columns.id, row);
    const ladderId = text(columns.ladderId, row);
    const state = memberOf(runStates, text(columns.state, row));
    if (id === null || ladderId === null || state === null) continue;
    const laterSizes = text(columns.laterSizes, row) ?? '';
    const overview: RunOverview = {
      parentId: text(columns.parentId, row),
      ladderId,
      controlOf: text(columns.controlOf, row),
      configName: text(columns.configName, row),
      configFile: text(columns.configFile, row),
      stageIndex: number(columns.stageIndex, row),
      size: number(columns.size, row) ?? 0,
      laterSizes: laterSizes === '' ? [] : laterSizes.split(comma).map(Number),
      created: number(columns.created, row) ?? 0,
      state,
      attempt: number(columns.attempt, row) ?? 0,
      message: text(columns.message, row),
      failure: text(columns.failure, row),
      lastSeq: number(columns.lastSeq, row) ?? 0,
      seconds: number(columns.seconds, row) ?? 0,
      epochs: number(columns.epochs, row) ?? 0,
      bestEpoch: number(columns.bestEpoch, row),
      imagesPerSecond: number(columns.imagesPerSecond, row),
      valAccuracy: number(columns.valAccuracy, row),
      valLoss: number(columns.valLoss, row),
      isEvaluated: columns.isEvaluated[row] === true,
      splitHash: text(columns.splitHash, row),
      labelsHash: text(columns.labelsHash, row),
      sharedGain: number(columns.sharedGain, row),
      parentValAccuracy: number(columns.parentValAccuracy, row),
      trainableParameters: number(columns.trainableParameters, row),
      totalParameters: number(columns.totalParameters, row),
      engine: memberOf(engines, text(columns.engine, row)),
      mode: memberOf(modes, text(columns.mode, row)),
      weightsSha256: text(columns.weightsSha256, row),
      testLooks: number(columns.testLooks, row) ?? 0,
    };
    const stamp: RunStamp = {
      folderInode: number(columns.folderInode, row) ?? 0,
      folderTime: number(columns.folderTime, row) ?? 0,
      logFile: number(columns.logFile, row) ?? 0,
      logInode: number(columns.logInode, row) ?? 0,
      logTime: number(columns.logTime, row) ?? 0,
      logBytes: number(columns.logBytes, row) ?? 0,
    };
    runs.set(id, { stamp, overview, damagedLines: number(columns.damagedLines, row) ?? 0 });
  }
  return runs;
}

function checksumOf(content: Uint8Array): string {
  return crc32(content).toString(16).padStart(checksumDigits, '0');
}

function memberOf<T extends string>(options: readonly T[], text: string | null): T | null {
  return options.find((option) => option === text) ?? null;
}
