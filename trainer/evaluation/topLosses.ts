import type { Evaluation } from '../protocol/runFolder.ts';

/** One image as an evaluation recorded it. */
export interface ImageRecord {
  file: string;
  contentHash: string;
  trueClass: number;
  predictedClass: number;
  confidence: number;
  loss: number;
}

/** The images of an evaluation, one object each, in its order. */
export function imageRecords({ images }: Evaluation): ImageRecord[] {
  return images.file.map((file, index) => ({
    file,
    contentHash: images.contentHash[index] ?? '',
    trueClass: images.trueClass[index] ?? -1,
    predictedClass: images.predictedClass[index] ?? -1,
    confidence: images.confidence[index] ?? 0,
    loss: images.loss[index] ?? 0,
  }));
}

/** The images on which the model was most wrong, largest loss first; equals in the order of their files. */
export function topLosses(evaluation: Evaluation, count: number): ImageRecord[] {
  return imageRecords(evaluation)
    .sort((a, b) => b.loss - a.loss || (a.file < b.file ? -1 : 1))
    .slice(0, count);
}
