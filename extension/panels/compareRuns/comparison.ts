import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import { runRows } from '../../../trainer/protocol/runRow.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { placesBefore } from '../../../trainer/protocol/sharedImages.ts';
import type { CompareRunsState } from '../../../webviews/protocol/compareRuns.ts';
import type { DashboardRun } from '../../../webviews/protocol/dashboard.ts';

const mostPairs = 6;

const gainRow = 'gain to its parent';

type Metric = CompareRunsState['metrics'][number];

/** The metrics of runs, one row each: accuracy first, then what it cost. */
export function metricRows(runs: readonly Run[], shown: readonly DashboardRun[]): Metric[] {
  const rows = new Map(runRows(runs).map((row) => [row.id, row]));
  const row = (
    name: string,
    unit: string | null,
    format: Metric['format'],
    better: Metric['better'],
    value: (run: Run, view: DashboardRun) => number | null | undefined,
  ): Metric => ({
    name,
    unit,
    format,
    better,
    values: runs.map((run, at) => {
      const view = shown[at];
      return (view && value(run, view)) ?? null;
    }),
  });
  const evaluated = (run: Run) => run.summary.evaluated.validation;
  const all = [
    row('val_accuracy', '%', 'percent', 'higher', (_, view) => view.valAccuracy),
    row(gainRow, 'pt', 'points', 'higher', (_, view) => view.gain),
    row('gain a minute', 'pt', 'points', 'higher', (_, view) => view.gainPerMinute),
    row('val_loss', null, 'measure', 'lower', (run) => rows.get(run.id)?.valLoss),
    row('macro F1', '%', 'percent', 'higher', (run) => evaluated(run)?.macroF1),
    row('top-3 accuracy', '%', 'percent', 'higher', (run) => evaluated(run)?.top3Accuracy),
    row('time', null, 'duration', 'lower', (run) => run.summary.seconds),
    row('epochs', null, 'count', null, (run) => run.summary.epochs.length),
    row('images/s', null, 'rate', 'higher', (run) => rows.get(run.id)?.imagesPerSecond),
    row('memory', null, 'bytes', 'lower', (_, view) => mostMemory(view)),
    row('trainable parameters', null, 'count', null, (_, view) => view.trainableParameters),
    row('all parameters', null, 'count', null, (_, view) => view.totalParameters),
  ];
  // A gain that is missing for a reason is shown with it.
  const isSaid = ({ name, values }: Metric) =>
    values.some((value) => value !== null) || (name === gainRow && shown.some(({ otherImages }) => otherImages));
  return all.filter(isSaid);
}

/** The most that the training process took at the end of an epoch, in bytes; null before the first. */
function mostMemory({ epochs }: DashboardRun): number | null {
  return epochs.length === 0 ? null : Math.max(...epochs.map(({ rssBytes }) => rssBytes));
}

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path === '' ? key : `${path}.${key}`, into);
  } else if (value !== null) into.set(path, typeof value === 'string' ? value : JSON.stringify(value));
}

/** Follow from the others, and would only say again that the stages are not the same. */
const derived = new Set(['laterSizes', 'stageIndex']);

/** The settings in which configs differ, by their path (`stage.training.learningRate`), and each run's value as text; null where it has none. */
export function configDifferences(configs: readonly unknown[]): CompareRunsState['differences'] {
  const flat = configs.map((config) => {
    const found = new Map<string, string>();
    flatten(config, '', found);
    return found;
  });
  const settings = [...new Set(flat.flatMap((one) => [...one.keys()]))]
    .filter((setting) => !derived.has(setting))
    .sort();
  return settings
    .map((setting) => ({ setting, values: flat.map((one) => one.get(setting) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
}

function classOf(evaluation: Evaluation, index: number | undefined): string {
  return evaluation.classNames[index ?? -1] ?? '';
}

/**
 * Images that all runs evaluated and not all called the same, those on which most runs are wrong first; at most `most` of
 * them. Null for fewer than two.
 */
export function disagreementOf(evaluations: readonly Evaluation[], most: number): CompareRunsState['disagreement'] {
  const [first] = evaluations;
  if (!first || evaluations.length < 2) return null;
  const places = evaluations.map((evaluation) => placesBefore(evaluation, first));
  let shared = 0;
  const images: NonNullable<CompareRunsState['disagreement']>['images'] = [];
  first.images.file.forEach((file, at) => {
    const found = evaluations.map((evaluation, index) => ({ evaluation, place: places[index]?.[at] ?? -1 }));
    if (found.some(({ place }) => place === -1)) return;
    shared++;
    const predicted = found.map(({ evaluation, place }) =>
      classOf(evaluation, evaluation.images.predictedClass[place]),
    );
    if (new Set(predicted).size === 1) return;
    const trueClass = classOf(first, first.images.trueClass[at]);
    images.push({ file, trueClass, predicted, right: predicted.map((name) => name === trueClass) });
  });
  const wrong = (image: { right: boolean[] }) => image.right.filter((each) => !each).length;
  images.sort((a, b) => wrong(b) - wrong(a) || (a.file < b.file ? -1 : 1));
  return { shared, total: images.length, images: images.slice(0, most) };
}

/** What a run fixed and broke against another, on the images that both have, and the mistakes whose number changed most. */
export function confusionDelta(
  runId: string,
  before: Evaluation,
  after: Evaluation,
): CompareRunsState['confusionDeltas'][number] {
  const changes = new Map<string, { trueClass: string; predicted: string; change: number }>();
  let [fixed, broken] = [0, 0];
  const count = (trueClass: string, predicted: string, change: number) => {
    if (trueClass === predicted) return;
    const key = `${trueClass}\0${predicted}`;
    const pair = changes.get(key) ?? { trueClass, predicted, change: 0 };
    changes.set(key, { ...pair, change: pair.change + change });
  };
  placesBefore(before, after).forEach((place, at) => {
    if (place === -1) return;
    const trueClass = classOf(after, after.images.trueClass[at]);
    const then = classOf(before, before.images.predictedClass[place]);
    const now = classOf(after, after.images.predictedClass[at]);
    if (then !== trueClass && now === trueClass) fixed++;
    if (then === trueClass && now !== trueClass) broken++;
    count(trueClass, then, -1);
    count(trueClass, now, 1);
  });
  const pairs = [...changes.values()]
    .filter(({ change }) => change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.trueClass < b.trueClass ? -1 : 1))
    .slice(0, mostPairs);
  return { runId, fixed, broken, pairs };
}
