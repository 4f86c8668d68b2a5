import { canResume, type Run } from '../../trainer/protocol/runSummary.ts';
import { canBeParent } from '../runs/runUse.ts';
import type { TrainRequest } from '../trainer/trainArguments.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { choose, chooseRun } from './ask.ts';
import { viewItemIn } from './commandArguments.ts';
import { folderWithConfig } from './folderWithConfig.ts';
import { askOtherSize } from './graft.ts';
import { startOf } from './startOf.ts';
import { resumeTraining, startTraining, type Started } from './startTraining.ts';
import { changesOf, requestIn, stageOf } from './trainRequest.ts';

/** Trains the stage after the run that was said or is selected, else after the newest one. */
export async function trainNextStage(context: UpsizeContext, argument: unknown): Promise<Started> {
  const said = requestIn(argument);
  // The button over the view hands over what has the focus there; what is selected there decides.
  const start = await startOf(context, viewItemIn(argument) ? { folder: said.folder } : said);
  return startTraining(context, start.folder, { what: stageOf(said), ...start.from, ...changesOf(said) });
}

/** Trains the first stage, of a new ladder. */
export async function startNewLadder(context: UpsizeContext, argument: unknown): Promise<Started> {
  const said = requestIn(argument);
  const folder = await folderWithConfig(context, said.folder);
  return startTraining(context, folder, { what: 'newLadder', ...changesOf(said) });
}

/** Trains a stage from a run: the one that was said, else one that the user chooses. */
export async function trainFromRun(context: UpsizeContext, argument: unknown): Promise<Started> {
  const said = requestIn(argument);
  const { folder, run } = await chooseRun(context, said.runId, {
    title: 'Train a stage from which run?',
    fits: canBeParent,
    none: 'A stage can start from a completed run, or from the best epoch of one that was stopped.',
  });
  if (said.stage !== undefined || said.changes !== undefined) {
    return startTraining(context, folder, { what: stageOf(said), from: run.id, ...changesOf(said) });
  }
  const chosen = await chooseStage(context, folder, run);
  return startTraining(context, folder, { ...chosen, from: run.id });
}

/** What a ladder is worth: its last size alone, trained for the time that all its stages took. */
export async function trainControl(context: UpsizeContext, argument: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Train the control of which ladder?',
    fits: ({ state, overview }) => state === 'completed' && overview.parentId !== null,
    none: 'A control is held against a ladder of at least two completed stages.',
  });
  return startTraining(context, folder, { what: { control: run.id } });
}

/** A stage of the config that is no smaller than the run's, or a size of the user's own. */
async function chooseStage(context: UpsizeContext, folder: UpsizeFolder, run: Run): Promise<TrainRequest> {
  const { size } = run.manifest.config.stage;
  const stages = (folder.config.config?.stages ?? []).map((stage, index) => ({ size: stage.size, index }));
  const choices = stages
    .filter((stage) => stage.size >= size)
    .map((stage) => ({
      label: `${stage.size} px`,
      description: `stage ${stage.index + 1} of the config`,
      value: { what: { stage: stage.index } },
    }));
  const chosen = await choose<TrainRequest | 'size'>(`Train from the ${size} px run at which size?`, [
    ...choices,
    { label: 'Another size…', value: 'size' },
  ]);
  if (chosen !== 'size') return chosen;
  const graft = await askOtherSize(context, folder, { from: run.id, parentSize: size, changes: {} });
  return { what: 'next', changes: { size: graft.size } };
}

/** Starts another attempt of a run that did not complete. */
export async function resumeRun(context: UpsizeContext, argument: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Resume which run?',
    fits: canResume,
    none: 'A run can be resumed when it was stopped, interrupted or failed; not when its loss diverged.',
  });
  return resumeTraining(context, folder, run.id);
}
