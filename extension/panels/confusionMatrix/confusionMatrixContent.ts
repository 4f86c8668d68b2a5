import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import { placesBefore } from '../../../trainer/protocol/sharedImages.ts';
import type { EvaluatedContent, EvaluatedRun, ImageChoice } from '../../../webviews/protocol/confusionMatrix.ts';
import { accuracyOf, figuresOf, isRight, sharedImages } from '../records/sharedImages.ts';

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
  const found = sharedImages(parent.evaluation, own.evaluation);
  if (found === null) {
    return { ...content, withoutDelta: 'The parent knows other classes, so there is no change to show.' };
  }
  const { shared, fixed, broken, before, after } = found;
  if (shared === 0)
    return { ...content, withoutDelta: 'No image was evaluated at both stages, so there is no change to show.' };
  const figuresBefore = figuresOf(before);
  return {
    ...content,
    delta: {
      parentSize: parent.size,
      shared,
      fixed,
      broken,
      accuracyBefore: accuracyOf(before),
      accuracyAfter: accuracyOf(after),
      f1Gain: figuresOf(after).map(({ f1 }, at) => {
        const was = figuresBefore[at]?.f1;
        return f1 === null || was == null ? null : f1 - was;
      }),
      matrix: after.map((row, at) => row.map((value, column) => value - (before[at]?.[column] ?? 0))),
    },
  };
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
