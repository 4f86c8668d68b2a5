import { isLive } from '../../trainer/protocol/runState.ts';
import { laddersOf } from '../../trainer/protocol/ladder.ts';
import { gainOver, type Gain } from '../../trainer/protocol/gain.ts';
import { canResume, valAccuracyOf, type Run } from '../../trainer/protocol/runSummary.ts';
import { duration, percent, points } from '../numbers.ts';

/** What the advice is given by. */
export interface Situation {
  /** Stage sizes of the config, or null without one that can be read. */
  sizes: readonly number[] | null;
  /** Name of the config's file, or null without one. */
  configFile: string | null;
  /** Oldest first. */
  runs: readonly Run[];
  /** Of the newest scan: how many images there are, and how many have a shorter side than each of `sizes`. */
  scan: {
    images: number;
    sizes: readonly number[];
    tooSmall: readonly number[];
    errors: number;
    warnings: number;
  } | null;
}

/** Something to do, with why. The first of a list is what we would do. */
export interface Advice {
  kind: 'createConfig' | 'mendConfig' | 'scan' | 'problems' | 'train' | 'resume' | 'wait' | 'more' | 'fineTune';
  title: string;
  reasons: string[];
  /** Id of the command, and its arguments. */
  command: string;
  args: unknown[];
}

/** A gain below this is within what another split of the images would change. */
const smallGain = 0.005;

/** What to do next and why, for the newest ladder. */
export function adviceFor({ sizes, configFile, runs, scan }: Situation): Advice[] {
  if (sizes === null && configFile !== null) {
    const reasons = ['It has errors, which the Problems view lists; nothing can be trained by it'];
    const command = 'workbench.actions.view.problems';
    return [{ kind: 'mendConfig', title: `Mend ${configFile}`, reasons, command, args: [] }];
  }
  if (sizes === null) {
    const reasons = ['It says where the images are and which sizes to train'];
    return [{ kind: 'createConfig', title: 'Create a config', reasons, command: 'upsize.createConfig', args: [] }];
  }
  const advice: Advice[] = [];
  const newest = laddersOf(runs.filter(({ overview }) => overview.controlOf === null))[0]?.runs.at(-1);
  if (newest && isLive(newest.state)) advice.push(waitFor(newest));
  else if (newest && newest.state !== 'completed') advice.push(canResume(newest) ? resume(newest) : trainAgain(newest));
  else if (newest) advice.push(...afterRun(newest, runs, sizes, scan));
  else advice.push(firstStage(sizes, scan));
  if (scan === null) {
    const reasons = ['Finds unreadable files, copies and mislabelled folders before they cost training time'];
    advice.push({ kind: 'scan', title: 'Scan the data set', reasons, command: 'upsize.scanDataset', args: [] });
  } else if (scan.errors + scan.warnings > 0) {
    const what = [
      ...(scan.errors > 0 ? [`${scan.errors} that stop or leave out images`] : []),
      ...(scan.warnings > 0 ? [`${scan.warnings} to look at`] : []),
    ];
    advice.push({
      kind: 'problems',
      title: 'Look at the data problems',
      reasons: [what.join(', ')],
      command: 'upsize.showDataProblems',
      args: [],
    });
  }
  return advice;
}

function firstStage(sizes: readonly number[], scan: Situation['scan']): Advice {
  const [size = 0] = sizes;
  const reasons = [
    'Small images train fast and show whether the data can be learned at all',
    ...largeEnough(size, scan),
  ];
  return {
    kind: 'train',
    title: `Train the first stage at ${size} px`,
    reasons,
    command: 'upsize.startNewLadder',
    args: [],
  };
}

function waitFor(run: Run): Advice {
  const { size } = run.manifest.config.stage;
  const reasons = run.state === 'queued' && run.summary.message !== null ? [run.summary.message] : [];
  return {
    kind: 'wait',
    title: `${size} px is ${run.state === 'running' ? 'training' : run.state}`,
    reasons,
    command: 'upsize.showRun',
    args: [run.id],
  };
}

function resume(run: Run): Advice {
  const { size } = run.manifest.config.stage;
  const reasons = [`It was ${run.state} after ${run.summary.epochs.length} epochs`];
  if (run.summary.message !== null) reasons.push(run.summary.message);
  return { kind: 'resume', title: `Resume the ${size} px run`, reasons, command: 'upsize.resumeRun', args: [run.id] };
}

/** What diverged, at a tenth of its learning rate. */
function trainAgain(run: Run): Advice {
  const { parentId, config } = run.manifest;
  const { size, training, extend, freeze } = config.stage;
  const learningRate = Number((training.learningRate / 10).toPrecision(1));
  const oneOff = config.stageIndex === null;
  const changes = { learningRate, ...(oneOff ? { size, freeze, ...(extend === null ? {} : { extend }) } : {}) };
  const stage = config.stageIndex === null ? {} : { stage: config.stageIndex + 1 };
  const reasons = ['A resume would come to the same'];
  if (run.summary.message !== null) reasons.unshift(run.summary.message);
  return {
    kind: 'train',
    title: `Train ${size} px again at a learning rate of ${learningRate}`,
    reasons,
    command: parentId === null ? 'upsize.startNewLadder' : 'upsize.trainFromRun',
    args: [parentId === null ? { changes } : { runId: parentId, ...stage, changes }],
  };
}

function afterRun(run: Run, runs: readonly Run[], sizes: readonly number[], scan: Situation['scan']): Advice[] {
  const { stageIndex, stage } = run.manifest.config;
  const next = nextSize(sizes, stageIndex, stage.size);
  const reasons = [...plateau(run), ...gain(run, runs)];
  const fineTune: Advice = {
    kind: 'fineTune',
    title: `Fine-tune all layers at ${stage.size} px`,
    reasons: ['At a tenth of the learning rate, with nothing frozen'],
    command: 'upsize.unfreezeAndFineTune',
    args: [run.id],
  };
  const more = mayGainMore(run)
    ? [
        {
          kind: 'more' as const,
          title: `Give ${stage.size} px more epochs`,
          reasons: ['Its best epoch was its last: it had not come to its plateau'],
          command: 'upsize.trainFromRun',
          args: [
            {
              runId: run.id,
              // Without it a new feeder would be wanted, which no model takes at its own size.
              changes: { size: stage.size, epochs: stage.training.epochs, extend: { strategy: 'resize' } },
            },
          ],
        },
      ]
    : [];
  if (next !== null) {
    const train: Advice = {
      kind: 'train',
      title: `Train the next stage at ${next} px`,
      reasons: [...reasons, ...largeEnough(next, scan)],
      command: 'upsize.trainNextStage',
      args: [{ runId: run.id }],
    };
    return [train, ...more];
  }
  const larger: Advice = {
    kind: 'train',
    title: `Train at ${stage.size * 2} px`,
    reasons: ['All stages of the config are trained', ...reasons, ...largeEnough(stage.size * 2, scan)],
    command: 'upsize.trainFromRun',
    args: [{ runId: run.id, changes: { size: stage.size * 2 } }],
  };
  const brought = gained(run, runs).gain;
  const levelledOff = brought !== null && brought < smallGain;
  return levelledOff ? [fineTune, larger, ...more] : [larger, fineTune, ...more];
}

function nextSize(sizes: readonly number[], stageIndex: number | null, size: number): number | null {
  if (stageIndex !== null && sizes[stageIndex] === size) return sizes[stageIndex + 1] ?? null;
  return sizes.find((each) => each > size) ?? null;
}

function mayGainMore({ summary, manifest }: Run): boolean {
  const { epochs } = manifest.config.stage.training;
  return summary.epochs.length >= epochs && summary.bestEpoch === epochs - 1;
}

function plateau({ summary, manifest }: Run): string[] {
  const { bestEpoch, epochs } = summary;
  const { earlyStopping } = manifest.config.stage.training;
  const monitor = earlyStopping ? earlyStopping.monitor : 'val_accuracy';
  if (bestEpoch === null || epochs.length === 0) return [];
  const since = epochs.length - 1 - bestEpoch;
  if (since <= 0) return [];
  return [
    `${monitor} has not improved for ${since === 1 ? 'the last epoch' : `${since} epochs`}: the plateau is reached`,
  ];
}

function gained(run: Run, runs: readonly Run[]): Gain {
  return gainOver(
    run,
    runs.find((other) => other.id === run.overview.parentId),
  );
}

function gain(run: Run, runs: readonly Run[]): string[] {
  const { size } = run.manifest.config.stage;
  const own = valAccuracyOf(run.summary);
  const { gain: more, otherImages } = gained(run, runs);
  const minutes = run.summary.seconds / 60;
  if (own === null) return [];
  const apart = otherImages ? ' (its parent was scored on other images)' : '';
  if (more === null) return [`${size} px came to ${percent(own)} in ${duration(run.summary.seconds)}${apart}`];
  const perMinute = minutes > 0 ? `, ${points(more / minutes)} pt a minute` : '';
  return [`${size} px brought ${points(more)} pt in ${duration(run.summary.seconds)}${perMinute}`];
}

function largeEnough(size: number, scan: Situation['scan']): string[] {
  if (!scan || scan.images === 0) return [];
  const index = scan.sizes.indexOf(size);
  const tooSmall = scan.tooSmall[index];
  if (tooSmall === undefined) return [];
  const share = Math.round((100 * (scan.images - tooSmall)) / scan.images);
  return [`${share} % of the images have the pixels for ${size} px`];
}
