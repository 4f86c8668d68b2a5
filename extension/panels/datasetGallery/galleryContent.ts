import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import type { Scan } from '../../../trainer/protocol/scan.ts';
import { problemBits, type ScannedContent } from '../../../webviews/protocol/datasetGallery.ts';
import type { Evaluated } from '../confusionMatrix/confusionMatrixContent.ts';
import { packNumbers } from './packNumbers.ts';

/** What a scan and an evaluation say; the rest (decisions, addresses) belongs to the panel. */
export type GalleryContent = Omit<ScannedContent, 'decisions' | 'labelsFile' | 'labelsTrouble'>;

/**
 * What the gallery shows of a scan; sheets of thumbnails by their file names. Predictions of `evaluated` join by content,
 * so that a renamed file keeps its own. Pure.
 */
export function galleryContent(scan: Scan, evaluated: Evaluated | null): GalleryContent {
  const { images } = scan;
  const problems = new Int32Array(images.file.length);
  const mark = (indexes: readonly number[], bit: number) => {
    for (const index of indexes) problems[index] = (problems[index] ?? 0) | bit;
  };
  scan.duplicates.forEach((group) => mark(group, problemBits.duplicate));
  scan.nearDuplicates.forEach((group) => mark(group, problemBits.nearDuplicate));
  scan.placeholders.forEach((group) => mark(group, problemBits.placeholder));
  mark(scan.grey, problemBits.grey);
  const { predicted, confidence } = predictionsOf(scan, evaluated?.evaluation ?? null);
  const { created, width, height, side, sizes, tooSmall, suggestedSizes, leftOut } = scan;
  const shared = { created, width, height, side, sizes, tooSmall, suggestedSizes, leftOut };
  return {
    kind: 'scanned',
    ...shared,
    classes: scan.classes.map(({ name }) => name),
    images: images.file.length,
    files: images.file.join('\0'),
    columns: {
      label: packNumbers(images.label),
      split: packNumbers(images.split),
      width: packNumbers(images.width),
      height: packNumbers(images.height),
      sheet: packNumbers(images.sheet),
      cell: packNumbers(images.cell),
      cellWidth: packNumbers(images.cellWidth),
      cellHeight: packNumbers(images.cellHeight),
      problems: packNumbers(problems),
      predicted: packNumbers(predicted),
      confidence: packNumbers(confidence),
    },
    atlas: { cell: scan.atlas.cell, columns: scan.atlas.columns, sheets: scan.atlas.sheets },
    run: evaluated && { runId: evaluated.runId, label: evaluated.name ?? `stage ${evaluated.size}` },
    groups: [...scan.duplicates, ...scan.nearDuplicates],
  };
}

function predictionsOf(scan: Scan, evaluation: Evaluation | null) {
  const predicted = new Int32Array(scan.images.file.length).fill(-1);
  const confidence = new Int32Array(scan.images.file.length);
  if (evaluation) {
    const classOf = new Map(scan.classes.map(({ name }, index) => [name, index]));
    const byHash = new Map(evaluation.images.contentHash.map((hash, at) => [hash, at]));
    scan.images.contentHash.forEach((hash, index) => {
      const at = byHash.get(hash);
      if (at === undefined) return;
      const name = evaluation.classNames[evaluation.images.predictedClass[at] ?? -1];
      predicted[index] = (name === undefined ? undefined : classOf.get(name)) ?? -1;
      confidence[index] = Math.round((evaluation.images.confidence[at] ?? 0) * 1000);
    });
  }
  return { predicted, confidence };
}
