/** Scores of one class: shares of 0 to 1, and how many images truly are of it. */
export interface ClassScores {
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** What a set of predictions is worth, and each image's part in it. */
export interface PredictionScores {
  /** Mean cross-entropy, natural logarithm, without label smoothing or class weights, so that runs compare. */
  loss: number;
  accuracy: number;
  /** Share of images whose true class is among the three most probable. */
  top3Accuracy: number;
  /** Mean of the F1 of all classes that occur, as truth or as prediction. */
  macroF1: number;
  perClass: ClassScores[];
  /** Images; rows true, columns predicted. */
  confusionMatrix: number[][];
  predictedClass: number[];
  /** Probability of the predicted class. */
  confidence: number[];
  imageLoss: number[];
}

/** Keras' bound: a probability is not taken for smaller in a loss, so that one image cannot make it infinite. */
const leastProbability = 1e-7;

/** Cross-entropy of one image whose true class got this probability. */
export function crossEntropy(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, leastProbability), 1 - leastProbability));
}

/** Index of the most probable class among the `classes` values from `from` on; of equals the first. */
export function mostProbable(probabilities: ArrayLike<number>, from: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) if ((probabilities[from + k] ?? 0) > (probabilities[from + best] ?? 0)) best = k;
  return best;
}

/** How many classes stand before class `label`: 0 when it is the most probable. */
function rankOf(probabilities: ArrayLike<number>, from: number, classes: number, label: number): number {
  const own = probabilities[from + label] ?? 0;
  let before = 0;
  for (let k = 0; k < classes; k++) {
    const other = probabilities[from + k] ?? 0;
    if (other > own || (other === own && k < label)) before++;
  }
  return before;
}

/**
 * Scores predictions `images × classes` against the true class of each image, by the definitions of scikit-learn with
 * `zero_division=0`: what was never predicted has precision 0, what never occurred has recall 0. Throws on a label or a
 * number of probabilities that does not fit.
 */
export function scorePredictions(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): PredictionScores {
  const images = labels.length;
  if (images === 0) throw new Error('There are no images to score.');
  if (probabilities.length !== images * classes)
    throw new Error(
      `${images} images of ${classes} classes need ${images * classes} probabilities, not ${probabilities.length}.`,
    );
  const confusionMatrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const predictedClass: number[] = [];
  const confidence: number[] = [];
  const imageLoss: number[] = [];
  let correct = 0;
  let inTop3 = 0;
  let loss = 0;
  for (let image = 0; image < images; image++) {
    const label = labels[image] ?? -1;
    const row = confusionMatrix[label];
    if (!row) throw new Error(`Image ${image} has the label ${label}, and there are ${classes} classes.`);
    const from = image * classes;
    const predicted = mostProbable(probabilities, from, classes);
    row[predicted] = (row[predicted] ?? 0) + 1;
    const ownLoss = crossEntropy(probabilities[from + label] ?? 0);
    if (predicted === label) correct++;
    if (rankOf(probabilities, from, classes, label) < 3) inTop3++;
    loss += ownLoss;
    predictedClass.push(predicted);
    confidence.push(probabilities[from + predicted] ?? 0);
    imageLoss.push(ownLoss);
  }
  const perClass = confusionMatrix.map((_, label) => classScores(confusionMatrix, label));
  const occurring = perClass.filter((scores, label) => scores.support + predictedCount(confusionMatrix, label) > 0);
  return {
    loss: loss / images,
    accuracy: correct / images,
    top3Accuracy: inTop3 / images,
    macroF1: occurring.reduce((sum, { f1 }) => sum + f1, 0) / occurring.length,
    perClass,
    confusionMatrix,
    predictedClass,
    confidence,
    imageLoss,
  };
}

function predictedCount(matrix: readonly number[][], label: number): number {
  return matrix.reduce((sum, row) => sum + (row[label] ?? 0), 0);
}

function classScores(matrix: readonly number[][], label: number): ClassScores {
  const hits = matrix[label]?.[label] ?? 0;
  const support = (matrix[label] ?? []).reduce((sum, count) => sum + count, 0);
  const predicted = predictedCount(matrix, label);
  return {
    precision: predicted > 0 ? hits / predicted : 0,
    recall: support > 0 ? hits / support : 0,
    f1: support + predicted > 0 ? (2 * hits) / (support + predicted) : 0,
    support,
  };
}
