import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { EngineName } from '../engine/loadEngine.ts';
import { slotNamesOf } from '../engine/optimizers.ts';
import { zeroWeights } from '../model/checkLadder.ts';
import { graft } from '../model/graft.ts';
import { describeModel } from '../model/graftCheck.ts';
import { GraftError, joinableSizes, planGraft } from '../model/graftPlan.ts';
import { openModelFolder } from '../model/modelFolder.ts';
import { topologyIn, type OpenedModel } from '../model/serialize.ts';
import { costsOf, type Topology } from '../model/topology.ts';
import type { EffectiveConfig, Extend } from '../protocol/config.ts';
import type { GraftAnswer } from '../protocol/graftAnswer.ts';
import { randomAt } from '../protocol/random.ts';
import { runPaths } from '../protocol/runPaths.ts';
import type { Run } from '../protocol/runSummary.ts';
import { freezeStage, openBest, stageModelFiles } from './stageModel.ts';
import { weightsOf } from './startRun.ts';

/** Probabilities of a model that keeps its parent's answers differ from them by rounding only. */
const mostDifference = 1e-3;
/** Values of all images of the trial batch, so that large sizes try fewer images. */
const trialValues = 1 << 20;
const mostTrialImages = 8;

type Refusal = Extract<GraftAnswer, { outcome: 'cannotJoin' }>;

/**
 * Whether a stage's model can be made out of its parent's, by arithmetic on the parent's layers alone: null where it can, else
 * why not and which sizes can be joined. Throws where the parent's model cannot be read.
 */
export function refuseGraft(parent: Run, { stage }: EffectiveConfig): Refusal | null {
  const topology = parentTopology(parent);
  const weights = zeroWeights(topology);
  const extend: Extend = stage.extend ?? { strategy: 'resize' };
  const { size } = stage;
  try {
    costsOf(planGraft(topology, weights, extend, { size, stagePrefix: `s${size}`, seed: 0 }).topology);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const sizes = joinableSizes(topology, weights, extend);
    const [parentSize] = topology.inputShape;
    return { outcome: 'cannotJoin', parentId: parent.id, parentSize, size, message, sizes };
  }
}

/**
 * The graft check before anything starts: makes the stage's model out of its parent's, freezes it, counts parameters and memory,
 * and runs a batch of made-up images through both. Writes nothing. The engine must be loaded. Throws where the parent's model
 * cannot be read, where `freeze` names no layer, and where the model's answers are not what they should be.
 */
export async function checkGraft(parent: Run, config: EffectiveConfig, engine: EngineName): Promise<GraftAnswer> {
  const refusal = refuseGraft(parent, config);
  if (refusal) return refusal;
  const { stage, seed } = config;
  const opened = await openWeights(parent);
  let model: tfl.LayersModel | null = null;
  try {
    const stagePrefix = `s${stage.size}`;
    const made = graft(opened.model, stage.extend ?? { strategy: 'resize' }, { size: stage.size, stagePrefix, seed });
    ({ model } = made);
    freezeStage(stage, made);
    const { batchSize, optimizer } = stage.training;
    const slotsPerWeight = slotNamesOf(optimizer).length;
    const description = describeModel(model, { batchSize, trunkLayers: made.trunkLayers, slotsPerWeight });
    const parentSize = opened.metadata.size;
    const difference = await firstAnswersDifference(opened.model, model, parentSize, stage.size);
    if (made.preservesParent && difference > mostDifference) {
      throw new Error(
        `The new model should begin with the answers of run ${parent.id}, and differs from them by ${difference.toPrecision(2)}. Start from another run or checkpoint.`,
      );
    }
    return {
      outcome: 'fits',
      parentId: parent.id,
      parentSize,
      size: stage.size,
      classes: opened.metadata.classNames.length,
      ...description,
      batchSize,
      availableMemoryBytes: process.availableMemory(),
      answersDifference: made.preservesParent ? difference : null,
      engine,
    };
  } finally {
    model?.dispose();
    opened.model.dispose();
  }
}

function parentTopology(parent: Run): Topology {
  const saved = weightsOf(parent).weights === 'model';
  const file = saved ? path.join(runPaths(parent.folder).model, 'model.json') : stageModelFiles(parent.folder).topology;
  try {
    return topologyIn(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraftError(`The model of run ${parent.id} cannot be read: ${reason}`, { cause: error });
  }
}

function openWeights(parent: Run): Promise<OpenedModel> {
  const saved = weightsOf(parent).weights === 'model';
  return saved ? openModelFolder(runPaths(parent.folder).model) : Promise.resolve(openBest(parent.folder));
}

/**
 * Largest difference of two models' probabilities on the same pictures. The larger model gets each pixel of the smaller one's as
 * a block, so that bringing it down gives the very same picture. Throws when an answer is not a number.
 */
async function firstAnswersDifference(
  parent: tfl.LayersModel,
  model: tfl.LayersModel,
  parentSize: number,
  size: number,
): Promise<number> {
  const count = Math.max(1, Math.min(mostTrialImages, Math.floor(trialValues / (size * size * 3))));
  const before = await answersOf(parent, parentSize, parentSize, count);
  const after = await answersOf(model, parentSize, size, count);
  if (!after.every(Number.isFinite)) {
    throw new Error('The new model gives answers that are not numbers (NaN): the weights of its parent are damaged.');
  }
  return after.reduce((most, value, place) => Math.max(most, Math.abs(value - (before[place] ?? 0))), 0);
}

/** Probabilities `[count × classes]` for pictures of noise of `from` pixels, shown at `size`. */
async function answersOf(model: tfl.LayersModel, from: number, size: number, count: number): Promise<Float32Array> {
  const pixels = noise(from, size, count);
  const answers = tf.tidy(() => {
    const predicted = model.predict(tf.tensor4d(pixels, [count, size, size, 3]));
    if (Array.isArray(predicted)) throw new Error('The model has more than one output.');
    return predicted;
  });
  try {
    return Float32Array.from(await answers.data());
  } finally {
    answers.dispose();
  }
}

/** `[count × size × size × 3]` values of 0 to 255: the same noise of `from × from` pixels at whatever size it is shown. */
function noise(from: number, size: number, count: number): Float32Array {
  const random = randomAt(0, 'sample', from);
  const small = Float32Array.from({ length: count * from * from * 3 }, () => Math.floor(random.next() * 256));
  const shown = new Float32Array(count * size * size * 3);
  let to = 0;
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < size; y++) {
      const row = (image * from + Math.floor((y * from) / size)) * from;
      for (let x = 0; x < size; x++) {
        const place = (row + Math.floor((x * from) / size)) * 3;
        shown.set(small.subarray(place, place + 3), to);
        to += 3;
      }
    }
  }
  return shown;
}
