import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../engine/trainStep.ts';
import type { EvaluationResult } from '../evaluation/evaluateModel.ts';
import { modelArtifacts, weightsFileName, type ModelMetadata } from '../model/serialize.ts';
import type { RunEventOf } from '../protocol/events.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { replaceFileDurably } from '../protocol/replaceFile.ts';

/**
 * Writes the finished model into its run folder, `model.json` last, so that a model that is there is whole. Returns its
 * bytes.
 */
export function saveModel(
  runFolder: string,
  model: tfl.LayersModel,
  metadata: ModelMetadata,
  weights: readonly NamedArray[],
): number {
  const paths = runPaths(runFolder);
  const artifacts = modelArtifacts(model, metadata, weights);
  mkdirSync(paths.model, { recursive: true });
  replaceFileDurably(path.join(paths.model, weightsFileName), [artifacts.weights]);
  replaceFileDurably(paths.modelJson, artifacts.modelJson);
  return artifacts.weights.byteLength + Buffer.byteLength(artifacts.modelJson);
}

/** Writes an evaluation into its run folder, the records last. Returns the event that tells of it. */
export function saveEvaluation(
  runFolder: string,
  { evaluation, probabilities }: EvaluationResult,
): RunEventOf<'evaluated'> {
  const paths = runPaths(runFolder);
  mkdirSync(paths.evaluation, { recursive: true });
  replaceFileDurably(paths.probabilitiesOf(evaluation.split), [new Uint8Array(probabilities.buffer)]);
  replaceFileDurably(paths.evaluationOf(evaluation.split), JSON.stringify(evaluation));
  const { split, loss, accuracy, top3Accuracy, macroF1, accuracyInterval, weightsSha256 } = evaluation;
  const images = evaluation.images.file.length;
  return { type: 'evaluated', split, images, loss, accuracy, top3Accuracy, macroF1, accuracyInterval, weightsSha256 };
}
