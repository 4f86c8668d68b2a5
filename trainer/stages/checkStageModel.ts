import { slotNamesOf } from '../engine/optimizers.ts';
import { describeModel, verifyGraft } from '../model/graftCheck.ts';
import { RunStore } from '../protocol/runStore.ts';
import type { RunSummary } from '../protocol/runSummary.ts';
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
  const parent = parentSummary(context);
  const parentValAccuracy = parent?.evaluated.validation?.accuracy ?? null;
  let initialValAccuracy = before.model?.initialValAccuracy ?? null;
  const images = work.dataset.validation.length;
  if (manifest.parentId !== null && !resumed && images > 0) {
    context.say('checking the new model');
    const sameImages = parent?.prepared?.splitHash === work.dataset.splitHash;
    const found = await scoreValidation(context, work);
    if (found === null) throw new StopRequested('Stopped while checking the new model.');
    if (!Number.isFinite(found.loss)) {
      throw new Error('The new model gives answers that are no numbers (NaN): the weights of its parent are damaged.');
    }
    initialValAccuracy = found.accuracy;
    verifyGraft({
      accuracy: initialValAccuracy,
      images,
      parentAccuracy: preservesParent && sameImages ? parentValAccuracy : null,
    });
  }
  const slotsPerWeight = slotNamesOf(optimizer).length;
  context.emit({
    type: 'model',
    ...describeModel(model, { batchSize, trunkLayers, slotsPerWeight }),
    initialValAccuracy,
    parentValAccuracy,
  });
}

function parentSummary({ manifest, workspace }: StageContext): RunSummary | null {
  if (manifest.parentId === null) return null;
  const parent = new RunStore(workspace).get(manifest.parentId);
  return parent !== null && 'summary' in parent ? parent.summary : null;
}
