import type { EffectiveConfig } from '../protocol/config.ts';
import { lineageOf } from '../protocol/ladder.ts';
import { durationText } from '../protocol/numberFormats.ts';
import type { Run } from '../protocol/runSummary.ts';

/** No control comes so far: its compute ends it. */
const mostEpochs = 10_000;

/** Seconds that the training steps of a run took, those of epochs that a resume took back left out. */
export function stepSecondsOf({ summary }: Run): number {
  return summary.epochs.reduce((sum, epoch) => sum + epoch.stepSeconds, 0);
}

/**
 * The fair-value control of a ladder: the network of its first stage, from scratch, at the size of its last one, with the same
 * images, seed, engine and settings, for as many seconds of training steps as all its stages together took. Early stopping
 * only chooses the best epoch. Throws where there is nothing to hold against it.
 */
export function planControl(run: Run, runs: readonly Run[]): { effective: EffectiveConfig; reason: string } {
  if (run.state !== 'completed') throw new Error(`Run ${run.id} is ${run.state}; a control needs a completed one.`);
  const lineage = lineageOf(run, new Map(runs.map((one) => [one.id, one])));
  const [root] = lineage;
  if (!root || root.manifest.parentId !== null) {
    throw new Error(`A stage before run ${run.id} is gone, so the time that its ladder took is not known.`);
  }
  if (lineage.length < 2) {
    throw new Error(
      `Run ${run.id} is the first stage of its ladder: nothing was resized, so there is nothing to control.`,
    );
  }
  const computeBudgetSeconds = lineage.reduce((sum, stage) => sum + stepSecondsOf(stage), 0);
  const { config } = run.manifest;
  const { training } = root.manifest.config.stage;
  const { earlyStopping } = training;
  const effective: EffectiveConfig = {
    ...config,
    model: root.manifest.config.model,
    engine: run.summary.engine?.name ?? config.engine,
    stageIndex: null,
    laterSizes: [],
    stage: {
      size: config.stage.size,
      extend: null,
      freeze: 'none',
      training: {
        ...training,
        epochs: mostEpochs,
        earlyStopping: earlyStopping && { ...earlyStopping, patience: mostEpochs },
      },
    },
    control: { runId: run.id, computeBudgetSeconds },
  };
  const sizes = lineage.map((stage) => stage.manifest.config.stage.size).join(' → ');
  const reason = `The control of ${sizes}: ${config.stage.size} px alone, for the ${durationText(computeBudgetSeconds)} of training steps that the ladder took.`;
  return { effective, reason };
}
