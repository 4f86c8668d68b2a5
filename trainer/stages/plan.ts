import { configSchema, type Config, type EffectiveConfig } from '../protocol/config.ts';
import { isLive } from '../protocol/runState.ts';
import { currentLadder } from '../protocol/ladder.ts';
import { canResume, type Run } from '../protocol/runSummary.ts';
import { keptByLadder, resolveStage, type StageOverrides } from './resolveStage.ts';

/** What may be done about a run that did not end by itself. */
export type UnfinishedChoice = 'resume' | 'continueFromBest' | 'growFromBest' | 'retrain';

/** What "next" means now. */
export type NextPlan =
  | { kind: 'train'; stageIndex: number; parent: Run | null; effective: EffectiveConfig; reason: string }
  /** The last run did not finish: the user decides. */
  | { kind: 'choose'; run: Run; choices: UnfinishedChoice[]; message: string; suggestedSize: number }
  /** The stage before the next one is still on its way. */
  | { kind: 'busy'; run: Run; message: string }
  /** Every stage of the config has been trained. */
  | { kind: 'done'; run: Run; message: string; suggestedSize: number };

export interface PlanRequest {
  config: Config;
  /** As it stands in the manifests: relative to the workspace folder. */
  configFile: string | null;
  runs: readonly Run[];
  /** Train after this run, rather than after the newest one of the current ladder. */
  fromRunId?: string;
  /** Begin a new ladder whatever there is. */
  newLadder?: boolean;
  overrides?: StageOverrides;
}

/**
 * Decides what "Train Next Stage" trains: the stage after the chosen run, else after the newest run of this config's current
 * (newest) ladder. Throws where the chosen run cannot be a parent.
 */
export function planNext(request: PlanRequest): NextPlan {
  const { config, configFile, runs, fromRunId } = request;
  if (fromRunId !== undefined) {
    const chosen = runs.find((run) => run.id === fromRunId);
    if (!chosen) throw new Error(`There is no run ${fromRunId} here; "upsize runs" lists them.`);
    return planAfter(chosen, request);
  }
  if (!request.newLadder) {
    const newest = currentLadder(runs, configFile)?.runs.at(-1);
    if (newest) return planAfter(newest, request);
  }
  return trainStage(0, null, request, `The first stage, at ${config.stages[0]?.size ?? 0} px.`);
}

function planAfter(run: Run, request: PlanRequest): NextPlan {
  const size = run.manifest.config.stage.size;
  if (isLive(run.state)) {
    const message = `Run ${run.id} (${size} px) is ${run.state}. Wait for it, or stop it.`;
    return { kind: 'busy', run, message };
  }
  if (run.state !== 'completed') return planUnfinished(run, request);
  const next = nextStageIndex(run, request.config);
  if (next === null) {
    return {
      kind: 'done',
      run,
      message: `All ${request.config.stages.length} stages are trained; the last one, at ${size} px, is ${run.id}.`,
      suggestedSize: size * 2,
    };
  }
  return trainStage(next, run, request, `After run ${run.id} (${size} px).`);
}

function planUnfinished(run: Run, request: PlanRequest): NextPlan {
  const { summary, manifest } = run;
  const { size } = manifest.config.stage;
  const next = nextStageIndex(run, request.config);
  if (request.fromRunId === run.id && summary.bestCheckpoint && next !== null) {
    // Chosen by name: continuing from its best weights is what was asked for.
    return trainStage(next, run, request, `From the best epoch of run ${run.id}, which is ${run.state}.`);
  }
  const choices: UnfinishedChoice[] = [];
  if (canResume(run) && (summary.resumable || run.state !== 'failed')) choices.push('resume');
  if (summary.bestCheckpoint) choices.push(next === null ? 'growFromBest' : 'continueFromBest');
  choices.push('retrain');
  const what = run.state === 'failed' ? `failed (${summary.message ?? 'no reason was recorded'})` : `was ${run.state}`;
  return {
    kind: 'choose',
    run,
    choices,
    message: `The last run, ${run.id} at ${size} px, ${what}. ${sentenceOf(choices)}`,
    suggestedSize: size * 2,
  };
}

const choiceWords: Readonly<Record<UnfinishedChoice, string>> = {
  resume: 'resume it',
  continueFromBest: 'continue from its best epoch',
  growFromBest: 'grow a larger size from its best epoch',
  retrain: 'train the stage again',
};

function sentenceOf(choices: readonly UnfinishedChoice[]): string {
  const words = choices.map((choice) => choiceWords[choice]);
  const last = words.pop() ?? '';
  const text = words.length > 0 ? `${words.join(', ')} or ${last}` : last;
  return `You can ${text}.`;
}

/** The config's stage after a run's; for a one-off, the first stage that is larger. Null after the last. */
function nextStageIndex(run: Run, config: Config): number | null {
  const { stageIndex, stage } = run.manifest.config;
  if (stageIndex !== null && config.stages[stageIndex]?.size === stage.size) {
    return stageIndex + 1 < config.stages.length ? stageIndex + 1 : null;
  }
  const larger = config.stages.findIndex((candidate) => candidate.size > stage.size);
  return larger === -1 ? null : larger;
}

function trainStage(stageIndex: number, parent: Run | null, request: PlanRequest, reason: string): NextPlan {
  const { config, configFile, overrides = {} } = request;
  const effective = resolveStage(config, configFile, {
    stageIndex,
    parent: parent?.manifest.config ?? null,
    overrides,
  });
  return { kind: 'train', stageIndex, parent, effective, reason: reason + keptSentence(config, parent, overrides) };
}

/** What the file says by now and the ladder does not follow, as a sentence to go behind another; empty where there is nothing. */
export function keptSentence(config: Config, parent: Run | null, overrides: StageOverrides): string {
  const kept = parent === null ? [] : keptByLadder(config, parent.manifest.config, overrides);
  if (kept.length === 0) return '';
  return ` The ladder keeps its ${kept.join(', ')}, whatever the config says by now; a new ladder takes the config's.`;
}

/** The smallest config that trains a folder. */
export function configForFolder(dataset: string): Config {
  return configSchema.parse({ dataset });
}
