import type { Run } from '../../trainer/protocol/runSummary.ts';

/** How far a run is. Epochs from 1, as people count. */
export interface StageProgress {
  epoch: number;
  epochs: number;
  /** Share of the stage that is done, 0 to 1: early stopping may end it before. */
  done: number;
  /** Seconds to the last planned epoch, or null before there is a speed to go by. */
  secondsLeft: number | null;
}

/** Where a running stage is, by its finished epochs and steps; null before its first step is planned. */
export function stageProgress(run: Run): StageProgress | null {
  const { summary, manifest } = run;
  const stepsPerEpoch = summary.prepared?.stepsPerEpoch ?? 0;
  if (stepsPerEpoch === 0) return null;
  const { epochs } = manifest.config.stage.training;
  const finished = summary.epochs.length;
  const stepInEpoch = Math.min(stepsPerEpoch, Math.max(0, summary.step - finished * stepsPerEpoch));
  const done = Math.min(1, (finished + stepInEpoch / stepsPerEpoch) / epochs);
  return {
    epoch: Math.min(epochs, finished + 1),
    epochs,
    done,
    secondsLeft: secondsLeft(run, epochs, finished, stepInEpoch / stepsPerEpoch),
  };
}

function secondsLeft(run: Run, epochs: number, finished: number, partOfEpoch: number): number | null {
  const { summary } = run;
  const recent = summary.epochs.slice(-3);
  const epochsLeft = epochs - finished - partOfEpoch;
  if (recent.length > 0) {
    return (epochsLeft * recent.reduce((sum, epoch) => sum + epoch.seconds, 0)) / recent.length;
  }
  const speed = summary.lastStep?.imagesPerSecond ?? 0;
  const images = summary.prepared?.train ?? 0;
  return speed > 0 && images > 0 ? (epochsLeft * images) / speed : null;
}
