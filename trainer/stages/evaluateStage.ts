import { evaluateModel } from '../evaluation/evaluateModel.ts';
import { pairedImages, stageDelta } from '../evaluation/stageDelta.ts';
import { freezeProof, hashFrozen, verifyFreezeProof } from '../model/freezeProof.ts';
import type { ModelMetadata } from '../model/serialize.ts';
import type { RunEventOf } from '../protocol/events.ts';
import type { Evaluation } from '../protocol/runFolder.ts';
import { evaluationSchema } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { readVersioned } from '../protocol/readVersioned.ts';
import { versions } from '../protocol/versions.ts';
import { weightsHash } from '../run/weightsHash.ts';
import { ancestorsOf, recordedEvaluation } from './ancestors.ts';
import { saveEvaluation, saveModel } from './saveResults.ts';
import { StopRequested, type StageContext } from './stageContext.ts';
import { scoredBatches, type StageWork } from './stageData.ts';
import type { StageModel } from './stageModel.ts';

const reportEveryMs = 500;

/**
 * What ends a stage: the proof that frozen layers did not change, the scores of the best weights on the validation and
 * training images, and the saved model. Throws when the proof fails, and StopRequested on a stop.
 */
export async function evaluateStage(
  context: StageContext,
  { model, frozenLayers, frozenBefore }: StageModel,
  work: StageWork,
  metadata: ModelMetadata,
): Promise<void> {
  context.enter('evaluating');
  const weights = work.step.getWeights();
  const proof = freezeProof(frozenBefore, hashFrozen(weights, frozenLayers));
  context.emit({ type: 'frozen', ...proof });
  verifyFreezeProof(proof);
  const weightsSha256 = weightsHash(weights);
  await evaluateSplit(context, 'validation', work, weightsSha256);
  await evaluateSplit(context, 'train', work, weightsSha256);
  context.say('saving the model');
  const bytes = saveModel(context.folder, model, metadata, weights);
  context.emit({ type: 'modelSaved', weightsSha256, bytes });
}

async function evaluateSplit(
  context: StageContext,
  split: 'train' | 'validation',
  { step, images, dataset }: StageWork,
  weightsSha256: string,
): Promise<void> {
  if (isScored(context, split, weightsSha256)) return;
  const phase = `evaluating the ${split} images`;
  context.say(phase);
  const indices = dataset[split];
  const shown = [...indices].flatMap((index) => dataset.images[index] ?? []);
  let reported = performance.now();
  const result = await evaluateModel({
    predictor: step,
    batches: scoredBatches(images, indices),
    classNames: dataset.classNames,
    files: shown.map(({ file }) => file),
    contentHashes: shown.map(({ contentHash }) => contentHash),
    split,
    weightsSha256,
    shouldStop: () => context.stopReason !== null,
    onProgress: (done, total) => {
      if (performance.now() - reported < reportEveryMs) return;
      reported = performance.now();
      context.emit({ type: 'progress', phase, done, total });
    },
  });
  if (result === null) throw new StopRequested(`Stopped while ${phase}.`);
  const saved = saveEvaluation(context.folder, result);
  const shared = split === 'validation' ? sharedWithParent(context, dataset, result.evaluation) : null;
  context.emit(shared === null ? saved : { ...saved, sharedWithParent: shared });
}

/** Where the parent was scored on other images or labels: what both come to on those that they share. */
function sharedWithParent(
  { workspace, manifest }: StageContext,
  { splitHash, labelsHash }: StageWork['dataset'],
  after: Evaluation,
): RunEventOf<'evaluated'>['sharedWithParent'] | null {
  const [parent] = ancestorsOf(workspace, manifest.parentId);
  const prepared = parent?.summary.prepared;
  if (!parent || (prepared?.splitHash === splitHash && prepared.labelsHash === labelsHash)) return null;
  const before = recordedEvaluation(parent, 'validation');
  const delta = before && pairedImages(before, after).length > 0 ? stageDelta(before, after) : null;
  if (delta === null) return null;
  return { images: delta.shared, accuracy: delta.accuracyAfter, parentAccuracy: delta.accuracyBefore };
}

/** Whether an earlier attempt came to the end of it with these very weights. */
function isScored({ folder, before }: StageContext, split: 'train' | 'validation', weightsSha256: string): boolean {
  if (before.evaluated[split]?.weightsSha256 !== weightsSha256) return false;
  const read = readVersioned(runPaths(folder).evaluationOf(split), evaluationSchema, versions.evaluation);
  return read.kind === 'ok' && read.value.weightsSha256 === weightsSha256;
}
