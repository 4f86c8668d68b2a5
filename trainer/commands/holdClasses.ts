import { classListChange, classNamesOf } from '../dataset/classList.ts';
import { DatasetError } from '../dataset/datasetError.ts';
import { listDataset } from '../dataset/listDataset.ts';
import type { Run } from '../protocol/runSummary.ts';
import { chooseStage, type ChosenStage, type StageChoice } from './chooseStage.ts';
import { CommandError, exitCodes } from './commandContext.ts';
import type { FoundConfig } from './findConfig.ts';

/**
 * Holds the data set's classes against those that the parent of a chosen stage knows, before there is a run that could only fail.
 * Where they differ, the next stage is the first of a new ladder, and `notice` says so; a stage that was named by its number
 * or size is refused instead.
 */
export async function holdClasses(
  chosen: ChosenStage,
  found: FoundConfig,
  runs: readonly Run[],
  choice: StageChoice,
): Promise<ChosenStage> {
  const known = chosen.parent?.summary.prepared?.classNames;
  const classNames = known && (await listedClasses(chosen, found));
  const change = known && classNames ? classListChange(known, classNames) : null;
  if (change === null) return chosen;
  if (choice.stage !== undefined || choice.overrides.size !== undefined) {
    throw new CommandError(
      `The classes are no longer those of run ${chosen.parent?.id ?? ''} (${change.what}), so its model cannot be continued. "upsize train --new-ladder" begins with the new ones.`,
      exitCodes.choice,
    );
  }
  const { extend: _, freeze: __, ...overrides } = choice.overrides;
  const first = chooseStage(found, runs, { newLadder: true, overrides });
  return first.kind === 'train' ? { ...first, notice: change.message } : chosen;
}

/** Null where the images cannot be listed: the run itself says why. */
async function listedClasses({ effective }: ChosenStage, found: FoundConfig): Promise<string[] | null> {
  try {
    const { images } = await listDataset(effective.dataset, found.baseDirectory);
    return classNamesOf(images.filter(({ split }) => split !== 'test').map(({ label }) => label));
  } catch (error) {
    if (error instanceof DatasetError) return null;
    throw error;
  }
}
