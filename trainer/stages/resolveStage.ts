import { isDeepStrictEqual } from 'node:util';
import {
  effectiveDatasetSchema,
  type Config,
  type DatasetOptions,
  type EffectiveConfig,
  type EffectiveStage,
  type Extend,
  type Freeze,
  type ModelOptions,
  type TrainingOptions,
} from '../protocol/config.ts';

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
function defaultExtend(model: ModelOptions, parentSize: number, size: number): Extend {
  return model.head === 'flatten' || size === 2 * parentSize
    ? { strategy: 'feeder', feeder: 'residual', cut: 'wholeTrunk' }
    : { strategy: 'resize' };
}

/**
 * What does not train where the config does not say: nothing, except behind the article's feeder. The other feeders begin with their
 * parent's answers, which training goes on from; that one begins at random, and would spoil a parent that it trained with.
 */
function defaultFreeze(extend: Extend | null): Freeze {
  return extend?.strategy === 'feeder' && extend.feeder === 'article' ? 'parent' : 'none';
}

/** What every stage of a ladder has in common with the first: its network, its draws, and how its images are split and fitted. */
type LadderSettings = Pick<EffectiveConfig, 'model' | 'seed'> & {
  dataset: Pick<DatasetOptions, 'validationSplit' | 'groupBy' | 'fit'>;
};

/**
 * The one rule of what a ladder keeps: its parent's network, seed, split and fit, whatever the file says by now. Another split would
 * put images that the parent was trained on into validation. The path and the labels file are the config's: images may be
 * moved and labels corrected.
 */
function settingsOfLadder(config: Config, parent: LadderSettings | null, overrides: StageOverrides) {
  const own = datasetOf(config);
  if (parent === null) return { model: config.model, seed: overrides.seed ?? config.seed, dataset: own };
  const { validationSplit, groupBy, fit } = parent.dataset;
  const { groupBy: _, ...ungrouped } = own;
  const dataset = { ...ungrouped, validationSplit, fit, ...(groupBy === undefined ? {} : { groupBy }) };
  return { model: parent.model, seed: overrides.seed ?? parent.seed, dataset };
}

/** Names of the settings in which the file differs from what the ladder keeps, in the config's words. */
export function keptByLadder(config: Config, parent: LadderSettings, overrides: StageOverrides): string[] {
  const file = settingsOfLadder(config, null, overrides);
  const ladder = settingsOfLadder(config, parent, overrides);
  const differs = (one: unknown, other: unknown) => !isDeepStrictEqual(one, other);
  return [
    ...(differs(file.model, ladder.model) ? ['model'] : []),
    ...(differs(file.seed, ladder.seed) ? ['seed'] : []),
    ...(['validationSplit', 'groupBy', 'fit'] as const).filter((name) =>
      differs(file.dataset[name], ladder.dataset[name]),
    ),
  ];
}

function datasetOf({ dataset }: Config): DatasetOptions {
  return typeof dataset === 'string' ? effectiveDatasetSchema.parse({ path: dataset }) : dataset;
}

/**
 * Resolves every default, the stage's own settings, and the overrides, in this order; later ones win. A stage with a parent keeps
 * what its ladder keeps.
 */
export function resolveStage(
  config: Config,
  configFile: string | null,
  which: {
    stageIndex: number | null;
    /** Config of the run that the stage starts from, or null for a first stage. */
    parent: (LadderSettings & { stage: Pick<EffectiveStage, 'size'> }) | null;
    overrides?: StageOverrides;
  },
): EffectiveConfig {
  const { stageIndex, parent, overrides = {} } = which;
  const configured = stageIndex === null ? undefined : config.stages[stageIndex];
  if (stageIndex !== null && !configured) {
    throw new Error(`There is no stage ${stageIndex + 1}; the config has ${config.stages.length}.`);
  }
  const { size: stageSize, extend: stageExtend, freeze: stageFreeze, ...ownTraining } = configured ?? {};
  const { size = stageSize, extend: newExtend, freeze: newFreeze, seed: _, engine, ...changedTraining } = overrides;
  if (size === undefined) throw new Error('A stage needs a size.');
  const { model, seed, dataset } = settingsOfLadder(config, parent, overrides);
  const extend = parent === null ? null : (newExtend ?? stageExtend ?? defaultExtend(model, parent.stage.size, size));
  const freeze = newFreeze ?? stageFreeze ?? defaultFreeze(extend);
  const stage: EffectiveStage = {
    size,
    extend,
    freeze: parent !== null || Array.isArray(freeze) ? freeze : 'none',
    training: { ...config.training, ...defined(ownTraining), ...defined(changedTraining) },
  };
  return {
    name: config.name ?? null,
    configFile,
    dataset,
    seed,
    engine: engine ?? config.engine,
    model,
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
