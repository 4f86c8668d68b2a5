import { configSchema, type EffectiveStage } from '../../../trainer/protocol/config.ts';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { writeRunFolder, written, writtenConfig, writtenManifest } from '../../writtenRun.ts';

/** What a test wants of a run; the rest is as the trainer would write it. */
export interface WantedRun {
  id: string;
  parentId?: string;
  ladderId?: string;
  size?: number;
  stageIndex?: number | null;
  created?: number;
  state?: 'completed' | 'stopped' | 'failed' | 'running';
  /** val_accuracy of each epoch. */
  accuracies?: number[];
  epochs?: number;
  message?: string;
  /** What was otherwise than in the config. */
  stage?: Partial<Pick<EffectiveStage, 'extend' | 'freeze'>>;
  learningRate?: number;
  seed?: number;
  engine?: 'native' | 'wasm';
  /** Why it failed, for programs. */
  failure?: 'diverged';
  /** The run that this one is the control of. */
  controlOf?: string;
}

/** Writes a run folder into a workspace as the trainer does: manifest and event log. */
export function writeRun(workspace: string, wanted: WantedRun): string {
  const { id, parentId = null, ladderId = parentId ?? id, size = 48, created = 1_000_000, seed = 1 } = wanted;
  const { training } = configSchema.parse({ dataset: 'photos' });
  const { epochs = 20, learningRate = training.learningRate } = wanted;
  const config = writtenConfig(
    { size, ...wanted.stage, training: { ...training, epochs, learningRate } },
    {
      seed,
      stageIndex: wanted.stageIndex === undefined ? 0 : wanted.stageIndex,
      ...(wanted.controlOf === undefined ? {} : { control: { runId: wanted.controlOf, computeBudgetSeconds: 10 } }),
    },
  );
  const manifest = writtenManifest({ id, parentId, ladderId, config, baseDirectory: workspace, created });
  return writeRunFolder(workspace, manifest, eventsOf(wanted));
}

/** The event of one epoch of ten seconds, from 0. */
export function epochEvent(epoch: number, valAccuracy: number): RunEvent {
  return written.epoch(epoch, {
    ...{ loss: 1, accuracy: valAccuracy, valLoss: 1, valAccuracy },
    ...{ seconds: 10, imagesPerSecond: 32, stepSeconds: 8, evaluationSeconds: 1 },
  });
}

function eventsOf({ accuracies = [0.4, 0.5], state = 'completed', message, engine, failure }: WantedRun): RunEvent[] {
  const best = accuracies.indexOf(Math.max(...accuracies));
  const said = (now: NonNullable<WantedRun['state']>) => {
    const code = now === 'failed' && failure !== undefined ? { code: failure } : {};
    return written.state(now, { message: message ?? null, ...code });
  };
  return [
    written.attempt(),
    written.prepared({ leftOut: 0 }),
    ...(engine === undefined ? [] : [written.engine({ name: engine, mode: 'eager', tensorflow: null, threads: 1 })]),
    said('running'),
    ...accuracies.map((accuracy, epoch) => epochEvent(epoch, accuracy)),
    ...(best < 0 ? [] : [written.best(best + 1, { file: 'best', seconds: 0 })]),
    ...(state === 'running' ? [] : [said(state)]),
  ];
}

/** All runs of a workspace, oldest first. */
export function runsIn(workspace: string): Run[] {
  return new RunStore(workspace).list().runs;
}
