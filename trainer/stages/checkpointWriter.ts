import { versions } from '../protocol/versions.ts';
import { weightsHash } from '../run/weightsHash.ts';
import type { FitCheckpoint } from '../training/fitStage.ts';
import type { StageContext } from './stageContext.ts';

/** Writes the checkpoints of a run one after the other, while its training goes on. */
export class CheckpointWriter {
  readonly #context: StageContext;
  #written: Promise<void> = Promise.resolve();

  constructor(context: StageContext) {
    this.#context = context;
  }

  /** Settles when all that was taken is on the disk. Rejects with what one could not be written for. */
  get written(): Promise<void> {
    return this.#written;
  }

  /** Takes a checkpoint. Waits for the one before: what is kept in memory for it is as large as the model and its slots. */
  async take({ isBest, state, weights, slots, asked }: FitCheckpoint): Promise<void> {
    const context = this.#context;
    context.say('writing a checkpoint');
    await this.#written;
    const weightsSha256 = weightsHash(weights);
    // What the checkpoint stands on must not be lost where the checkpoint is kept.
    context.sync();
    const record = { ...state, version: versions.checkpoint, seq: context.seq, weightsSha256 };
    const prepare = (kind: 'best' | 'last') => ({
      kind,
      // Nothing resumes from the best weights.
      prepared: context.checkpoints.prepare({
        state: { ...record, kind },
        weights,
        slots: kind === 'last' ? slots : [],
      }),
    });
    // The last one speaks of the best one, which is there before it.
    const files = isBest ? [prepare('best'), prepare('last')] : [prepare('last')];
    const seconds = (performance.now() - asked) / 1000 / files.length;
    this.#written = (async () => {
      for (const { kind, prepared } of files) {
        await prepared.write();
        const { epoch, step } = state;
        context.emit({ type: 'checkpoint', kind, file: prepared.name, epoch, step, weightsSha256, seconds });
      }
    })();
    // Whoever waits for it next is told.
    this.#written.catch(() => undefined);
    context.say('training a batch');
  }
}
