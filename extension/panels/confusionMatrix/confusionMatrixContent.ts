import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import type { EvaluatedContent, EvaluatedRun, ImageChoice } from '../../../webviews/protocol/confusionMatrix.ts';

/** A run with its evaluation. */
export interface Evaluated {
  runId: string;
  name: string | null;
  size: number;
  evaluation: Evaluation;
}

const calibrationBins = 10;

/** Ten bins of equal width over the confidence: images, mean confidence and share right of each. Empty bins have zeros. */
export function calibrationOf({ images }: Evaluation): EvaluatedRun['calibration'] {
  const bins = Array.from({ length: calibrationBins }, () => ({ count: 0, confidence: 0, accuracy: 0 }));
  images.confidence.forEach((confidence, at) => {
    const bin = bins[Math.min(calibrationBins - 1, Math.max(0, Math.floor(confidence * calibrationBins)))];
    if (!bin) return;
    bin.count++;
    bin.confidence += confidence;
    if (images.trueClass[at] === images.predictedClass[at]) bin.accuracy++;
  });
  return bins.map(({ count, confidence, accuracy }) =>
    count === 0
      ? { count, confidence: 0, accuracy: 0 }
      : { count, confidence: confidence / count, accuracy: accuracy / count },
  );
}

function evaluatedRun({ runId, name, size, evaluation }: Evaluated): EvaluatedRun {
  const { confusionMatrix: matrix, accuracy, accuracyInterval, perClass } = evaluation;
  return { runId, name, size, matrix, accuracy, accuracyInterval, perClass, calibration: calibrationOf(evaluation) };
}

/** For each image of `after` its place in `before`, by content; −1 where `before` has it not or calls it another class. */
function placesBefore(before: Evaluation, after: Evaluation): number[] {
  const byHash = new Map(before.images.contentHash.map((hash, at) => [hash, at]));
  return after.images.contentHash.map((hash, at) => {
    const place = byHash.get(hash);
    return place !== undefined && before.images.trueClass[place] === after.images.trueClass[at] ? place : -1;
  });
}

function isRight({ images }: Evaluation, at: number): boolean {
  return images.trueClass[at] === images.predictedClass[at];
}

/** What the matrix panel shows of a run and, where there is one, against its parent. Pure. */
export function confusionMatrixContent(
  own: Evaluated,
  parent: Evaluated | null,
  withoutDelta: string | null,
): EvaluatedContent {
  const { classNames } = own.evaluation;
  const content: EvaluatedContent = {
    kind: 'evaluated',
    classNames,
    run: evaluatedRun(own),
    delta: null,
    withoutDelta,
  };
  if (parent === null) return content;
  if (parent.evaluation.classNames.join('\n') !== classNames.join('\n')) {
    return { ...content, withoutDelta: 'The parent knows other classes, so there is no change to show.' };
  }
  const matrix = classNames.map(() => classNames.map(() => 0));
  let [shared, fixed, broken] = [0, 0, 0];
  placesBefore(parent.evaluation, own.evaluation).forEach((place, at) => {
    if (place === -1) return;
    shared++;
    const [wasRight, nowRight] = [isRight(parent.evaluation, place), isRight(own.evaluation, at)];
    if (nowRight && !wasRight) fixed++;
    if (wasRight && !nowRight) broken++;
    const row = matrix[own.evaluation.images.trueClass[at] ?? -1];
    const [now, then] = [own.evaluation.images.predictedClass[at], parent.evaluation.images.predictedClass[place]];
    if (!row || now === undefined || then === undefined) return;
    row[now] = (row[now] ?? 0) + 1;
    row[then] = (row[then] ?? 0) - 1;
  });
  if (shared === 0)
    return { ...content, withoutDelta: 'No image was evaluated at both stages, so there is no change to show.' };
  return { ...content, delta: { parent: evaluatedRun(parent), shared, fixed, broken, matrix } };
}

/** The images that a click means, as indexes in the run's evaluation, most confident first. */
export function chosenImages(own: Evaluation, parent: Evaluation | null, choice: ImageChoice): number[] {
  const { images } = own;
  const before = choice.against === 'any' || parent === null ? null : placesBefore(parent, own);
  const chosen: number[] = [];
  for (let at = 0; at < images.file.length; at++) {
    if (choice.trueClass !== null && images.trueClass[at] !== choice.trueClass) continue;
    if (choice.predictedClass !== null && images.predictedClass[at] !== choice.predictedClass) continue;
    if (choice.against !== 'any') {
      const place = before?.[at] ?? -1;
      if (place === -1 || parent === null) continue;
      const wasRight = isRight(parent, place);
      if (wasRight === isRight(own, at) || wasRight === (choice.against === 'fixed')) continue;
    }
    chosen.push(at);
  }
  return chosen.sort((a, b) => (images.confidence[b] ?? 0) - (images.confidence[a] ?? 0));
}
