import { validateModel } from '../evaluation/evaluateModel.ts';
import type { ValidationResult } from '../training/fitStage.ts';
import type { StageContext } from './stageContext.ts';
import { scoredBatches, type StageWork } from './stageData.ts';

/** Scores the whole validation set with the weights that the step has; null when a stop was asked for meanwhile. */
export function scoreValidation(
  context: StageContext,
  { step, images, dataset }: StageWork,
): Promise<ValidationResult | null> {
  return validateModel(step, scoredBatches(images, dataset.validation), {
    classes: dataset.classNames.length,
    shouldStop: () => context.stopReason !== null,
  });
}
