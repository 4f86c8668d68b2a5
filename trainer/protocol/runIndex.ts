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
const format = 1;
const checksumDigits = 8;
/** Stands between the sizes of later stages. */
const comma = ',';

type Cell = string | number | boolean | null;

/** A column of texts; null where a run has none. */
const texts = z.custom<(string | null)[]>(
  (value) => Array.isArray(value) && value.every((cell) => cell === null || typeof cell === 'string'),
);
/** A column of numbers; what JSON has no number for stands as text. */
const numbers = z.custom<(number | string | null)[]>(
  (value) =>
    Array.isArray(value) && value.every((cell) => cell === null || typeof cell === 'number' || isNonFinite(cell)),
);
const flags = z.custom<boolean[]>((value) => Array.isArray(value) && value.every((cell) => typeof cell === 'boolean'));

/** Columns rather than an object a run: read in a tenth of the time, which is what the index is for. */
const indexSchema = z.object({
  format: z.literal(format),
  upsize: z.literal(upsizeVersion),
  id: texts,
  parentId: texts,
  ladderId: texts,
  controlOf: texts,
  configName: texts,
  configFile: texts,
  stageIndex: numbers,
  size: numbers,
  laterSizes: texts,
  created: numbers,
  state: texts,
  attempt: numbers,
  message: texts,
  failure: texts,
  lastSeq: numbers,
  seconds: numbers,
  epochs: numbers,
  bestEpoch: numbers,
  imagesPerSecond: numbers,
  valAccuracy: numbers,
  valLoss: numbers,
  isEvaluated: flags,
  splitHash: texts,
  labelsHash: texts,
  sharedGain: numbers,
  parentValAccuracy: numbers,
  trainableParameters: numbers,
  totalParameters: numbers,
  engine: texts,
  mode: texts,
  weightsSha256: texts,
  testLooks: numbers,
  damagedLines: numbers,
  folderInode: numbers,
  folderTime: numbers,
  logFile: numbers,
  logInode: numbers,
  logTime: numbers,
  logBytes: numbers,
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
  const rows = [...runs].map(([id, { stamp, overview, damagedLines }]): Record<string, Cell> => {
    const laterSizes = overview.laterSizes.join(comma);
    return { id, ...overview, laterSizes, damagedLines, ...stamp };
  });
  const columns = Object.keys(indexSchema.shape).flatMap((name): [string, Cell[]][] =>
    name === 'format' || name === 'upsize' ? [] : [[name, rows.map((row) => storable(row[name] ?? null))]],
  );
  const content = Buffer.from(JSON.stringify({ format, upsize: upsizeVersion, ...Object.fromEntries(columns) }));
  const head = Buffer.from(`${checksumOf(content)}\n`);
  replaceFileSync(runIndexFile(workspace), Buffer.concat([head, content]), { makeFolder: true });
}

function runsOf(columns: z.infer<typeof indexSchema>): Map<string, IndexedRun> {
  const text = (column: readonly (string | null)[], row: number) => column[row] ?? null;
  const number = (column: readonly (number | string | null)[], row: number) => {
    const cell = column[row] ?? null;
    return typeof cell === 'string' ? Number(cell) : cell;
  };
  const runs = new Map<string, IndexedRun>();
  for (const [row, id] of columns.id.entries()) {
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
      isEvaluated: columns.isEvaluated[row] ?? false,
      splitHash: text(columns.splitHash, row),
      labelsHash: text(columns.labelsHash, row),
      sharedGain: number(columns.sharedGain, row),
      parentValAccuracy: number(columns.parentValAccuracy, row),
      trainableParameters: number(columns.trainableParameters, row),
      totalParameters: number(columns.totalParameters, row),
      engine: memberOf(['native', 'wasm'], text(columns.engine, row)),
      mode: memberOf(['eager', 'graph'], text(columns.mode, row)),
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

function isNonFinite(cell: unknown): boolean {
  return cell === 'NaN' || cell === 'Infinity' || cell === '-Infinity';
}

function storable(cell: Cell): Cell {
  return typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell;
}

function memberOf<T extends string>(options: readonly T[], text: string | null): T | null {
  return options.find((option) => option === text) ?? null;
}
