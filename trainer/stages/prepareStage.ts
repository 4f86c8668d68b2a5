import { epochLength } from '../dataset/epochOrder.ts';
import { countSmaller, prepareDataset, type PreparedDataset } from '../dataset/prepareDataset.ts';
import { StopRequested, type StageContext } from './stageContext.ts';

const reportEveryMs = 300;
const mostWarnings = 20;

/**
 * Reads, splits and decodes the images of a stage, and writes what it found. The caller releases the data set. Throws
 * StopRequested on a stop, and where a run that goes on finds other images than it began with.
 */
export async function prepareStage(context: StageContext): Promise<PreparedDataset> {
  const { config, baseDirectory } = context.manifest;
  const started = performance.now();
  let reported = started;
  context.say('reading images');
  const abort = new AbortController();
  const watch = setInterval(() => context.stopReason !== null && abort.abort(), 100);
  try {
    const dataset = await prepareDataset({
      options: config.dataset,
      baseDirectory,
      workspace: context.workspace,
      sizes: [config.stage.size, ...config.laterSizes],
      seed: config.seed,
      cacheBytes: config.cacheBytes,
      signal: abort.signal,
      onAnnounce: ({ message, uncached }) =>
        context.emit({ type: 'log', level: uncached > 0 ? 'warning' : 'information', message }),
      onProgress: (done, total, phase) => {
        if (performance.now() - reported < reportEveryMs) return;
        reported = performance.now();
        context.emit({ type: 'progress', phase, done, total });
      },
    });
    const recorded = context.before.resumable ? context.before.prepared : null;
    const change = recorded && changeOf(recorded, dataset);
    if (change) {
      throw new Error(
        `${change} since this run began, so it cannot be resumed exactly. Put them back, or train the stage again.`,
      );
    }
    const { batchSize, classWeight } = config.stage.training;
    const { train: indices, labels } = dataset;
    context.emit({
      type: 'prepared',
      classNames: dataset.classNames,
      fingerprint: dataset.fingerprint,
      splitHash: dataset.splitHash,
      labelsHash: dataset.labelsHash,
      orderHash: dataset.orderHash,
      train: dataset.train.length,
      validation: dataset.validation.length,
      test: dataset.testCount,
      leftOut: dataset.leftOut,
      trainPerClass: dataset.trainPerClass,
      stepsPerEpoch: Math.ceil(epochLength({ indices, labels, classWeight }) / batchSize),
      batchSize,
      smallerThanStage: countSmaller(dataset.images, config.stage.size),
      seconds: (performance.now() - started) / 1000,
    });
    for (const problem of dataset.problems
      .filter(({ severity }) => severity !== 'information')
      .slice(0, mostWarnings)) {
      context.emit({ type: 'log', level: 'warning', message: problem.message });
    }
    return dataset;
  } catch (error) {
    if (abort.signal.aborted) throw new StopRequested('Stopped while reading images.', { cause: error });
    throw error;
  } finally {
    clearInterval(watch);
  }
}

type Fingerprints = Pick<PreparedDataset, 'fingerprint' | 'splitHash' | 'labelsHash'> & {
  orderHash?: string | undefined;
};

/** What of the images is not as it was when a run began, as the beginning of a sentence; null where all is. */
function changeOf(recorded: Fingerprints, now: Fingerprints): string | null {
  if (recorded.fingerprint !== now.fingerprint) return 'Images were added, removed or changed';
  if (recorded.labelsHash !== now.labelsHash) return 'Labels of images have changed';
  if (recorded.splitHash !== now.splitHash) return 'The split into training and validation has changed';
  // Draws go by an image's place among the others.
  if (recorded.orderHash !== undefined && recorded.orderHash !== now.orderHash) return 'Images were renamed';
  return null;
}
