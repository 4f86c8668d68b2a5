import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { decodeToSquare } from '../dataset/decode.ts';
import { readImageFile } from '../dataset/readImageFile.ts';
import { realPathInside } from '../dataset/insideRoot.ts';
import { topLosses, type ImageRecord } from '../evaluation/topLosses.ts';
import { evaluationSchema, type Evaluation } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import type { RunRow } from '../protocol/runRow.ts';
import { readVersioned } from '../protocol/readVersioned.ts';
import type { Run } from '../protocol/runSummary.ts';
import { upsizeVersion } from '../protocol/upsizeVersion.ts';
import { versions } from '../protocol/versions.ts';
import { controlVerdictOf } from '../stages/controlVerdict.ts';
import type { HardImage, RunCard, RunCardStage } from './runCard.ts';

/** Enough to see what goes wrong, few enough that a card stays small enough to be mailed. */
const hardestImages = 8;

/** Reads what a card shows out of the run folders, and the hardest images out of the data set. What is gone is left out. */
export async function collectRunCard(
  lineage: readonly Run[],
  rows: readonly RunRow[],
  runs: readonly Run[] = lineage,
): Promise<RunCard> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const stages: RunCardStage[] = [];
  for (const run of lineage) {
    const row = byId.get(run.id);
    if (row) stages.push(await stageOf(run, row));
  }
  const config = lineage.at(-1)?.manifest.config;
  const dataset = config ? path.basename(path.resolve('/', config.dataset.path)) : '';
  const last = lineage.at(-1);
  const control = (last && controlVerdictOf(last, runs)?.message) ?? null;
  return { name: config?.name ?? (dataset || 'Ladder'), written: Date.now(), upsize: upsizeVersion, stages, control };
}

async function stageOf(run: Run, row: RunRow): Promise<RunCardStage> {
  const { summary, manifest } = run;
  const evaluation = readEvaluation(run, 'validation');
  const hardest = evaluation ? topLosses(evaluation, hardestImages) : [];
  return {
    row,
    config: manifest.config,
    engine: summary.engine,
    prepared: summary.prepared,
    model: summary.model,
    frozen: summary.frozen,
    attempts: summary.attempt,
    epochs: summary.epochs,
    bestEpoch: summary.bestEpoch,
    warnings: summary.warnings,
    evaluation,
    test: readEvaluation(run, 'test'),
    hardest: await Promise.all(hardest.map((image) => hardImage(run, image, evaluation?.classNames ?? []))),
  };
}

function readEvaluation(run: Run, split: Evaluation['split']): Evaluation | null {
  const read = readVersioned(runPaths(run.folder).evaluationOf(split), evaluationSchema, versions.evaluation);
  return read.kind === 'ok' ? read.value : null;
}

async function hardImage(run: Run, image: ImageRecord, classNames: readonly string[]): Promise<HardImage> {
  const { file, confidence, loss } = image;
  const nameOf = (index: number) => classNames[index] ?? '?';
  return {
    file,
    trueClass: nameOf(image.trueClass),
    predictedClass: nameOf(image.predictedClass),
    confidence,
    loss,
    picture: await pictureOf(run, image),
  };
}

/** The very pixels that the network took, unless the file is gone, has changed, or leads out of the data set. */
async function pictureOf(run: Run, { file, contentHash }: ImageRecord): Promise<string | null> {
  const { baseDirectory, config } = run.manifest;
  const { size } = config.stage;
  try {
    const given = realpathSync(path.resolve(baseDirectory, config.dataset.path));
    const root = statSync(given).isDirectory() ? given : path.dirname(given);
    const real = await realPathInside(root, path.join(root, file));
    if (real === null) return null;
    const bytes = await readImageFile(real);
    if (createHash('sha256').update(bytes).digest('hex') !== contentHash) return null;
    const pixels = await decodeToSquare(bytes, size, config.dataset.fit);
    const raw = { width: size, height: size, channels: 3 } as const;
    const picture = await sharp(pixels, { raw }).webp({ quality: 90, smartSubsample: true }).toBuffer();
    return `data:image/webp;base64,${picture.toString('base64')}`;
  } catch {
    // A card is worth having without its pictures.
    return null;
  }
}
