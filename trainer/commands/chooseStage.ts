import { currentLadder } from '../protocol/ladder.ts';
import type { EffectiveConfig } from '../protocol/config.ts';
import type { Run } from '../protocol/runSummary.ts';
import { keptSentence, planNext, type NextPlan } from '../stages/plan.ts';
import { resolveStage, type StageOverrides } from '../stages/resolveStage.ts';
import { CommandError, exitCodes } from './commandContext.ts';
import type { FoundConfig } from './findConfig.ts';

/** A stage that can be trained now. */
export interface ChosenStage {
  kind: 'train';
  /** Null for a size that is not in the config. */
  stageIndex: number | null;
  parent: Run | null;
  effective: EffectiveConfig;
  reason: string;
  /** Something that the user did not ask for and should know, as a sentence. */
  notice?: string;
}

/** What the user asked for; `from` is already a run. */
export interface StageChoice {
  /** From 1, as people count. */
  stage?: number;
  from?: Run;
  newLadder: boolean;
  overrides: StageOverrides;
}

/** Decides what to train, or says why there is nothing to train or what has to be chosen first. */
export function chooseStage(
  found: FoundConfig,
  runs: readonly Run[],
  choice: StageChoice,
): ChosenStage | Exclude<NextPlan, { kind: 'train' }> {
  const { from, stage, newLadder, overrides } = choice;
  if (stage !== undefined) return stageByNumber(found, runs, choice, stage);
  if (overrides.size !== undefined) return stageBySize(found, runs, choice, overrides.size);
  return planNext({
    config: found.config,
    configFile: found.configFile,
    runs,
    newLadder,
    overrides,
    ...(from ? { fromRunId: from.id } : {}),
  });
}

function stageByNumber(found: FoundConfig, runs: readonly Run[], choice: StageChoice, number: number): ChosenStage {
  const { stages } = found.config;
  const stageIndex = number - 1;
  const stage = stages[stageIndex];
  if (!stage) {
    throw new CommandError(
      `There is no stage ${number}: the config has ${stages.length} (${stages.map(({ size }) => `${size} px`).join(', ')}).`,
      exitCodes.usage,
    );
  }
  let parent = choice.from ?? null;
  if (parent === null && stageIndex > 0 && !choice.newLadder) {
    parent = newestCompleted(found, runs, (run) => run.manifest.config.stageIndex === stageIndex - 1);
    if (parent === null) {
      throw new CommandError(
        `Stage ${number} (${stage.size} px) starts from stage ${number - 1}, and none of this config's runs is a completed one. ` +
          `Train it first ("upsize train --stage ${number - 1}"), or name a run with --from, or begin at this size with --new-ladder.`,
        exitCodes.choice,
      );
    }
  }
  const reason = parent ? `Stage ${number}, from run ${parent.id}.` : `Stage ${number}, as the first of a new ladder.`;
  return chosen(found, { stageIndex, parent, reason }, choice.overrides);
}

function stageBySize(found: FoundConfig, runs: readonly Run[], choice: StageChoice, size: number): ChosenStage {
  const parent = choice.newLadder ? null : (choice.from ?? newestCompleted(found, runs, () => true));
  const reason = parent ? `${size} px, from run ${parent.id}.` : `${size} px, as the first of a new ladder.`;
  return chosen(found, { stageIndex: null, parent, reason }, choice.overrides);
}

/** The newest completed run of the config's newest ladder that fits. */
function newestCompleted(found: FoundConfig, runs: readonly Run[], fits: (run: Run) => boolean): Run | null {
  const ladder = currentLadder(runs, found.configFile)?.runs ?? [];
  return ladder.findLast((run) => run.state === 'completed' && fits(run)) ?? null;
}

function chosen(
  found: FoundConfig,
  { stageIndex, parent, reason }: Pick<ChosenStage, 'stageIndex' | 'parent' | 'reason'>,
  overrides: StageOverrides,
): ChosenStage {
  const parentConfig = parent?.manifest.config ?? null;
  const effective = resolveStage(found.config, found.configFile, { stageIndex, parent: parentConfig, overrides });
  return {
    kind: 'train',
    stageIndex,
    parent,
    effective,
    reason: reason + keptSentence(found.config, parent, overrides),
  };
}

/** The commands that carry out each choice about a run that did not finish, for people. */
export function choiceCommands({ run, choices, suggestedSize }: Extract<NextPlan, { kind: 'choose' }>): string[] {
  const lines = {
    resume: choiceLine('go on where it stopped', `upsize resume ${run.id}`),
    continueFromBest: choiceLine('train the next stage from its best epoch', `upsize train --from ${run.id}`),
    growFromBest: choiceLine(
      'train a larger size from its best epoch',
      `upsize train --from ${run.id} --size ${suggestedSize}`,
    ),
    retrain: retrainLine(run),
  };
  return choices.map((choice) => lines[choice]);
}

/** One choice for people: what it does, and the command that does it. */
export function choiceLine(what: string, command: string): string {
  return `  ${what.padEnd(42)}${command}`;
}

/** The choice to train a run's stage once more. */
export function retrainLine({ manifest: { parentId, config } }: Run): string {
  const stage = config.stageIndex === null ? `--size ${config.stage.size}` : `--stage ${config.stageIndex + 1}`;
  const from = parentId === null ? '--new-ladder' : `--from ${parentId}`;
  return choiceLine('train the stage again', `upsize train ${stage} ${from}`);
}

/** What can be done after the last stage, for people. */
export function furtherCommands({ run, suggestedSize }: Extract<NextPlan, { kind: 'done' }>): string[] {
  const { size } = run.manifest.config.stage;
  const lowRate = run.manifest.config.stage.training.learningRate / 10;
  return [
    choiceLine('a larger size', `upsize train --from ${run.id} --size ${suggestedSize}`),
    choiceLine(
      'fine-tune all layers at a low rate',
      `upsize train --from ${run.id} --size ${size} --strategy resize --freeze none --learning-rate ${Number(lowRate.toPrecision(3))}`,
    ),
    choiceLine('begin again from the first stage', 'upsize train --new-ladder'),
  ];
}
