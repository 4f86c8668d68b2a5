import { slotNamesOf } from '../engine/optimizers.ts';
import { describeModel, verifyGraft } from '../model/graftCheck.ts';
import type { Run } from '../protocol/runSummary.ts';
import { ancestorsOf, countTrainedOn } from './ancestors.ts';
import { scoreValidation } from './scoreValidation.ts';
import { StopRequested, type StageContext } from './stageContext.ts';
import type { StageModel } from './stageModel.ts';
import type { StageWork } from './stageData.ts';

/**
 * The graft check on the whole validation set: what the new model says before it has learned anything new. Writes what the
 * model is made of. Throws where the model does not begin as it should, and StopRequested on a stop.
 */
export async function checkStageModel(
  context: StageContext,
  { model, trunkLayers, preservesParent }: StageModel,
  work: StageWork,
  resumed: boolean,
): Promise<void> {
  const { manifest, before } = context;
  const { batchSize, optimizer } = manifest.config.stage.training;
  const ancestors = ancestorsOf(context.workspace, manifest.parentId);
  const { splitHash, labelsHash } = work.dataset;
  const parent = ancestors[0]?.summary;
  const sameImages = parent?.prepared?.splitHash === splitHash && parent.prepared.labelsHash === labelsHash;
  const parentValAccuracy = sameImages ? (parent.evaluated.validation?.accuracy ?? null) : null;
  let initialValAccuracy = before.model?.initialValAccuracy ?? null;
  const images = work.dataset.validation.length;
  if (manifest.parentId !== null && !resumed && images > 0) {
    context.say('checking the new model');
    const found = await scoreValidation(context, work);
    if (found === null) throw new StopRequested('Stopped while checking the new model.');
    if (!Number.isFinite(found.loss)) {
      throw new Error('The new model gives answers that are no numbers (NaN): the weights of its parent are damaged.');
    }
    initialValAccuracy = found.accuracy;
    verifyGraft({
      accuracy: initialValAccuracy,
      images,
      parentAccuracy: preservesParent ? parentValAccuracy : null,
    });
  }
  const slotsPerWeight = slotNamesOf(optimizer).length;
  const trainedOn = warnOfLeak(context, work, ancestors);
  context.emit({
    type: 'model',
    ...describeModel(model, { batchSize, trunkLayers, slotsPerWeight }),
    initialValAccuracy,
    parentValAccuracy,
    ...(manifest.parentId === null ? {} : { validationTrainedOn: trainedOn }),
  });
}

/** Counts the validation images that the ladder was trained on before, and says so: what they score is no measure. */
function warnOfLeak(context: StageContext, { dataset }: StageWork, ancestors: readonly Run[]): number {
  const hashes = [...dataset.validation].flatMap((index) => dataset.images[index]?.contentHash ?? []);
  const trainedOn = countTrainedOn(ancestors, hashes);
  if (trainedOn > 0) {
    context.emit({
      type: 'log',
      level: 'warning',
      message: `${trainedOn} of ${hashes.length} validation images were trained on earlier in this ladder, so val_accuracy looks better than it is. Put the split back as it was, or start a new ladder.`,
    });
  }
  return trainedOn;
}
