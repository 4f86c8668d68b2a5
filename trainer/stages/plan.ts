import type { Config, EffectiveConfig, EffectiveStage, Extend, Freeze, TrainingOptions } from '../protocol/config.ts';
import { configSchema, effectiveDatasetSchema } from '../protocol/config.ts';
import { isLive } from '../protocol/events.ts';
import { laddersOf } from '../protocol/ladder.ts';
import type { Run } from '../protocol/runSummary.ts';

/** What a user changes for one run without editing a file. */
export type StageOverrides = Partial<TrainingOptions> & {
  size?: number;
  extend?: Extend;
  freeze?: Freeze;
  seed?: number;
  engine?: Config['engine'];
};

/**
 * How a stage grows from its parent where the config does not say: behind the residual feeder where the size is twice the
 * parent's, which is what the feeder halves (docs/decisions/0041-default-strategy.md).
 */
function defaultExtend(config: Config, parentSize: number, size: number): Extend {
  return config.model.head === 'flatten' || size === 2 * parentSize
    ? { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' }
    : { strategy: 'resize' };
}

/** Resolves every default, the stage's own settings, and the overrides, in this order; later ones win. */
export function resolveStage(
  config: Config,
  configFile: string | null,
  which: { stageIndex: number | null; parentSize: number | null; overrides?: StageOverrides },
): EffectiveConfig {
  const { stageIndex, parentSize, overrides = {} } = which;
  const configured = stageIndex === null ? undefined : config.stages[stageIndex];
  if (stageIndex !== null && !configured) {
    throw new Error(`There is no stage ${stageIndex + 1}; the config has ${config.stages.length}.`);
  }
  const { size: stageSize, extend: stageExtend, freeze: stageFreeze, ...ownTraining } = configured ?? {};
  const { size = stageSize, extend: newExtend, freeze: newFreeze, seed, engine, ...changedTraining } = overrides;
  if (size === undefined) throw new Error('A stage needs a size.');
  const extend = parentSize === null ? null : (newExtend ?? stageExtend ?? defaultExtend(config, parentSize, size));
  const freeze = newFreeze ?? stageFreeze ?? (extend?.strategy === 'feeder' ? 'parent' : 'none');
  const stage: EffectiveStage = {
    size,
    extend,
    freeze: parentSize !== null || Array.isArray(freeze) ? freeze : 'none',
    training: { ...config.training, ...defined(ownTraining), ...defined(changedTraining) },
  };
  return {
    name: config.name ?? null,
    configFile,
    dataset:
      typeof config.dataset === 'string' ? effectiveDatasetSchema.parse({ path: config.dataset }) : config.dataset,
    seed: seed ?? config.seed,
    engine: engine ?? config.engine,
    model: config.model,
    stageIndex,
    stage,
    laterSizes: config.stages.map((later) => later.size).filter((later) => later > size),
    cacheBytes: config.cacheBytes,
  };
}

function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** What may be done about a run that did not end by itself. */
export type UnfinishedChoice = 'resume' | 'continueFromBest' | 'retrain';

/** What "next" means now. */
export type NextPlan =
  | { kind: 'train'; stageIndex: number; parent: Run | null; effective: EffectiveConfig; reason: string }
  /** The last run did not finish: the user decides. */
  | { kind: 'choose'; run: Run; choices: UnfinishedChoice[]; message: string }
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
    const mine = runs.filter((run) => run.manifest.config.configFile === configFile);
    const newest = laddersOf(mine)[0]?.runs.at(-1);
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
  if (request.fromRunId === run.id && summary.bestCheckpoint) {
    // Chosen by name: continuing from its best weights is what was asked for.
    const next = nextStageIndex(run, request.config);
    if (next !== null) {
      return trainStage(next, run, request, `From the best epoch of run ${run.id}, which is ${run.state}.`);
    }
  }
  const choices: UnfinishedChoice[] = [];
  if (summary.resumable || run.state !== 'failed') choices.push('resume');
  if (summary.bestCheckpoint) choices.push('continueFromBest');
  choices.push('retrain');
  const what = run.state === 'failed' ? `failed (${summary.message ?? 'no reason was recorded'})` : `was ${run.state}`;
  return {
    kind: 'choose',
    run,
    choices,
    message: `The last run, ${run.id} at ${manifest.config.stage.size} px, ${what}. ${sentenceOf(choices)}`,
  };
}

const choiceWords: Readonly<Record<UnfinishedChoice, string>> = {
  resume: 'resume it',
  continueFromBest: 'continue from its best epoch',
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
  const effective = resolveStage(request.config, request.configFile, {
    stageIndex,
    parentSize: parent?.manifest.config.stage.size ?? null,
    ...(request.overrides ? { overrides: request.overrides } : {}),
  });
  // A ladder keeps its network, seed and data: they are its first run's, whatever the file says by now.
  if (parent) effective.model = parent.manifest.config.model;
  return { kind: 'train', stageIndex, parent, effective, reason };
}

/** The smallest config that trains a folder. */
export function configForFolder(dataset: string): Config {
  return configSchema.parse({ dataset });
}
