import type { Config } from './config.ts';
import { countText } from './numberFormats.ts';
import type { ScanSummary } from './scan.ts';

/** What the checks go by. Without a scan, only what the config alone can tell is checked. */
export interface PipelineFacts {
  config: Config;
  /** The newest scan of the config's data set. */
  scan: ScanSummary | null;
}

/** Something in a config that would train, and mislead or disappoint. */
export interface PipelineProblem {
  /** The check that found it. */
  id: string;
  severity: 'error' | 'warning' | 'information';
  /** Keys and indexes from the root of the config to what it is about. */
  place: (string | number)[];
  /** A sentence: what it is. */
  message: string;
  /** A sentence: what to do. */
  fix: string;
}

type Finding = Omit<PipelineProblem, 'id'>;

interface PipelineCheck {
  id: string;
  find: (facts: PipelineFacts) => Finding[];
}

/** A gain that one would like to be sure of, in shares of 1. */
const smallGain = 0.02;
/** Above this share of images that must be enlarged, a stage trains mostly on made-up pixels. */
const mostTooSmall = 0.5;
const strongImbalance = 10;
/** From here on batch normalisation's new statistics and the old weights drift apart faster than they settle. */
const largeFineTuningRate = { rmsprop: 0.01, adam: 0.01, sgd: 0.1 } as const;

/** Where the setting that holds for a stage is written. */
function placeOf(
  config: Config,
  index: number,
  key: 'batchSize' | 'learningRate' | 'classWeight',
): (string | number)[] {
  return config.stages[index]?.[key] === undefined ? ['training', key] : ['stages', index, key];
}

/** Findings of all stages; what stands in `training` is said once. */
function ofStages(config: Config, find: (index: number) => Finding[]): Finding[] {
  const seen = new Set<string>();
  return config.stages
    .flatMap((_, index) => find(index))
    .filter(({ place }) => {
      const key = place.join('.');
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

function trainImages({ classes }: ScanSummary): number {
  return classes.reduce((sum, { train }) => sum + train, 0);
}

/** All checks. To add one is one entry. */
const checks: readonly PipelineCheck[] = [
  {
    id: 'stageSizes',
    find: ({ config: { stages } }) =>
      stages.flatMap(({ size }, index) => {
        const before = stages[index - 1]?.size ?? 0;
        return size >= before
          ? []
          : [
              {
                severity: 'warning',
                place: ['stages', index, 'size'],
                message: `Stage ${index + 1} has ${size} px after one of ${before}: progressive resizing goes from small images to large ones.`,
                fix: 'Order the stages by size.',
              },
            ];
      }),
  },
  {
    id: 'stagesJoin',
    find: ({ config: { stages, model } }) =>
      stages.flatMap(({ size, extend }, index) => {
        const before = stages[index - 1]?.size;
        if (before === undefined) return [];
        const halvings = Math.log2(size / before);
        const isFeeder = extend === undefined ? model.head === 'flatten' : extend.strategy === 'feeder';
        const place = ['stages', index, 'size'];
        if (isFeeder && (!Number.isInteger(halvings) || halvings < 1)) {
          return [
            {
              severity: 'error',
              place,
              message: `A feeder cannot bring ${size} px down to the ${before} of the stage before: it halves its image.`,
              fix: `Set the size to ${2 * before}${model.head === 'flatten' ? '' : ', or "strategy" to "resize"'}.`,
            },
          ];
        }
        if (extend?.strategy === 'resize' && model.head === 'flatten' && size !== before) {
          return [
            {
              severity: 'error',
              place: ['stages', index, 'extend', 'strategy'],
              message: `A "flatten" head is tied to ${before} px and cannot carry on at ${size}.`,
              fix: 'Set "strategy" to "feeder", or the model\'s "head" to "globalAverage".',
            },
          ];
        }
        return [];
      }),
  },
  {
    id: 'batchSize',
    find: ({ config, scan }) => {
      const images = scan ? trainImages(scan) : 0;
      if (images === 0) return [];
      return ofStages(config, (index) => {
        const value = config.stages[index]?.batchSize ?? config.training.batchSize;
        const place = placeOf(config, index, 'batchSize');
        if (value <= images) return [];
        return [
          {
            severity: 'warning',
            place,
            message: `A batch of ${countText(value)} is more than the ${countText(images)} training images: an epoch is one step.`,
            fix: `Set it to ${Math.max(1, Math.floor(images / 10))} or so, for at least ten steps an epoch.`,
          },
        ];
      });
    },
  },
  {
    id: 'validationSize',
    find: ({ scan }) => {
      const images = scan ? scan.classes.reduce((sum, { validation }) => sum + validation, 0) : 0;
      if (images === 0) return [];
      // At an accuracy of one half, where it is widest.
      const half = 1.96 * Math.sqrt(0.25 / images);
      if (half <= smallGain) return [];
      return [
        {
          severity: half > 5 * smallGain ? 'warning' : 'information',
          place: ['dataset'],
          message: `${countText(images)} validation images give an accuracy near 50 % a 95 % interval of ±${(100 * half).toFixed(1)} points: a gain of ${100 * smallGain} points cannot be told from chance.`,
          fix: `Trust only larger gains; ${countText(Math.ceil(0.25 * (1.96 / smallGain) ** 2))} validation images would tell it.`,
        },
      ];
    },
  },
  {
    id: 'smallImages',
    find: ({ config: { stages }, scan }) =>
      stages.flatMap(({ size }, index) => {
        const small = scan?.tooSmall[scan.sizes.indexOf(size)] ?? 0;
        const share = small / Math.max(1, scan?.images ?? 0);
        if (share <= mostTooSmall) return [];
        return [
          {
            severity: 'warning',
            place: ['stages', index, 'size'],
            message: `${Math.round(100 * share)} % of the images have a side shorter than ${size} px: enlarging them adds cost and no detail.`,
            fix: 'Use a smaller size, or larger images.',
          },
        ];
      }),
  },
  {
    id: 'twoLabels',
    find: ({ scan }) => {
      const count = scan?.problems.filter(({ kind }) => kind === 'duplicateAcrossClasses').length ?? 0;
      if (count === 0) return [];
      const pictures = count === 1 ? '1 picture stands' : `${countText(count)} pictures stand`;
      return [
        {
          severity: 'warning',
          place: ['dataset'],
          message: `${pictures} in several classes: no network can have all of their labels right.`,
          fix: 'Relabel or exclude the wrong ones in the dataset gallery.',
        },
      ];
    },
  },
  {
    id: 'imbalance',
    find: ({ config, scan }) => {
      const counts = scan?.classes.map(({ train }) => train).filter((train) => train > 0) ?? [];
      const ratio = counts.length < 2 ? 1 : Math.max(...counts) / Math.min(...counts);
      if (ratio < strongImbalance) return [];
      return ofStages(config, (index) => {
        const value = config.stages[index]?.classWeight ?? config.training.classWeight;
        const place = placeOf(config, index, 'classWeight');
        if (value !== 'none') return [];
        return [
          {
            severity: 'information',
            place,
            message: `The largest class has ${Math.round(ratio)} times the training images of the smallest: accuracy says little of the rare ones.`,
            fix: 'Set "classWeight" to "balanced" or "undersample", and look at macro F1.',
          },
        ];
      });
    },
  },
  {
    id: 'fineTuningRate',
    find: ({ config }) =>
      ofStages(config, (index) => {
        const { extend, freeze } = config.stages[index] ?? {};
        const carriesOn = extend?.strategy === 'resize' && extend.trainableFrom === undefined;
        const isFineTuned =
          index > 0 && freeze !== 'parent' && !Array.isArray(freeze) && (carriesOn || freeze === 'none');
        const value = config.stages[index]?.learningRate ?? config.training.learningRate;
        const place = placeOf(config, index, 'learningRate');
        const { name } = config.stages[index]?.optimizer ?? config.training.optimizer;
        const large = largeFineTuningRate[name];
        if (!isFineTuned || !config.model.batchNormalization || value < large) return [];
        return [
          {
            severity: 'warning',
            place,
            message: `Stage ${index + 1} trains all layers, batch normalisation too, at a learning rate of ${value}: that can undo what the stage before learned.`,
            fix: `Give stage ${index + 1} a "learningRate" of ${large / 100} or so, or freeze its parent.`,
          },
        ];
      }),
  },
  {
    id: 'rateNeverCut',
    find: ({ config: { training } }) => {
      const { earlyStopping: stop, reduceLearningRate: cut } = training;
      if (!stop || !cut || stop.monitor !== cut.monitor || cut.patience < stop.patience) return [];
      return [
        {
          severity: 'warning',
          place: ['training', 'reduceLearningRate'],
          message: `Early stopping (patience ${stop.patience}) ends a stage before the learning rate is cut (patience ${cut.patience}).`,
          fix: 'Give "reduceLearningRate" the smaller "patience".',
        },
      ];
    },
  },
];

/** What is questionable about a pipeline, in the order of the checks. What cannot be known yet is not guessed. */
export function checkPipeline(facts: PipelineFacts): PipelineProblem[] {
  return checks.flatMap(({ id, find }) => find(facts).map((finding) => ({ id, ...finding })));
}
