import { mkdirSync, writeFileSync } from 'node:fs';
import { configSchema, effectiveDatasetSchema, type EffectiveStage } from '../../../trainer/protocol/config.ts';
import { encodeEvent, type RunEvent } from '../../../trainer/protocol/events.ts';
import type { RunManifest } from '../../../trainer/protocol/runFolder.ts';
import { runFolderOf, runPaths } from '../../../trainer/protocol/runPaths.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';

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

const secondsPerEpoch = 10;

/** Writes a run folder into a workspace as the trainer does: manifest and event log. */
export function writeRun(workspace: string, wanted: WantedRun): string {
  const { id, size = 48, created = 1_000_000, accuracies = [0.4, 0.5], state = 'completed' } = wanted;
  const folder = runFolderOf(workspace, id);
  mkdirSync(folder, { recursive: true });
  const config = configSchema.parse({ dataset: 'photos' });
  const manifest: RunManifest = {
    version: 1,
    id,
    parentId: wanted.parentId ?? null,
    parentWeightsSha256: null,
    parentWeights: null,
    ladderId: wanted.ladderId ?? wanted.parentId ?? id,
    config: {
      name: null,
      configFile: 'upsize.json',
      dataset: effectiveDatasetSchema.parse({ path: 'photos' }),
      seed: wanted.seed ?? 1,
      engine: 'auto',
      model: config.model,
      stageIndex: wanted.stageIndex === undefined ? 0 : wanted.stageIndex,
      stage: {
        size,
        extend: null,
        freeze: 'none',
        ...wanted.stage,
        training: {
          ...config.training,
          epochs: wanted.epochs ?? 20,
          learningRate: wanted.learningRate ?? config.training.learningRate,
        },
      },
      laterSizes: [],
      ...(wanted.controlOf === undefined ? {} : { control: { runId: wanted.controlOf, computeBudgetSeconds: 10 } }),
      cacheBytes: config.cacheBytes,
    },
    baseDirectory: workspace,
    created,
  };
  writeFileSync(runPaths(folder).manifest, JSON.stringify(manifest));
  writeFileSync(runPaths(folder).events(1), eventLines(eventsOf(accuracies, state, wanted), created));
  return folder;
}

/** Lines of an event log, one second apart. */
export function eventLines(events: readonly RunEvent[], from: number, firstSeq = 1): string {
  return events.map((event, index) => encodeEvent(event, firstSeq + index, from + index * 1000)).join('');
}

/** The event of one epoch, from 0. */
export function epochEvent(epoch: number, valAccuracy: number): RunEvent {
  return {
    type: 'epoch',
    epoch,
    step: (epoch + 1) * 10,
    loss: 1,
    accuracy: valAccuracy,
    valLoss: 1,
    valAccuracy,
    learningRate: 1e-3,
    images: 320,
    seconds: secondsPerEpoch,
    imagesPerSecond: 32,
    inputSeconds: 1,
    stepSeconds: 8,
    evaluationSeconds: 1,
    rssBytes: 1,
    tensors: 1,
  };
}

function engineEvent(name: 'native' | 'wasm'): RunEvent {
  const rest = { tfjs: '4.22.0', tensorflow: null, threads: 1, gpu: null, gpuUsed: false, fallback: null };
  return { type: 'engine', engine: { name, mode: 'eager', ...rest } };
}

function eventsOf(
  accuracies: readonly number[],
  state: NonNullable<WantedRun['state']>,
  { message = null, engine, failure }: Pick<WantedRun, 'engine' | 'failure'> & { message?: string | null },
): RunEvent[] {
  const best = accuracies.indexOf(Math.max(...accuracies));
  const said = (now: NonNullable<WantedRun['state']>): RunEvent => ({
    type: 'state',
    state: now,
    message,
    signal: null,
    ...(now === 'failed' && failure !== undefined ? { code: failure } : {}),
  });
  return [
    {
      type: 'attempt',
      attempt: 1,
      upsize: '0.1.0',
      node: 'v24',
      platform: 'linux-x64',
      host: 'h',
      processor: 'p',
      pid: 1,
    },
    {
      type: 'prepared',
      classNames: ['apple', 'kiwi'],
      fingerprint: 'f',
      splitHash: 's',
      labelsHash: 'l',
      train: 320,
      validation: 80,
      test: 0,
      leftOut: 0,
      trainPerClass: [160, 160],
      stepsPerEpoch: 10,
      batchSize: 32,
      smallerThanStage: 0,
      seconds: 1,
    },
    ...(engine === undefined ? [] : [engineEvent(engine)]),
    said('running'),
    ...accuracies.map((accuracy, epoch) => epochEvent(epoch, accuracy)),
    ...(best < 0
      ? []
      : [
          {
            type: 'checkpoint' as const,
            kind: 'best' as const,
            file: 'best',
            epoch: best + 1,
            step: (best + 1) * 10,
            weightsSha256: 'a'.repeat(64),
            seconds: 0,
          },
        ]),
    ...(state === 'running' ? [] : [said(state)]),
  ];
}

/** All runs of a workspace, oldest first. */
export function runsIn(workspace: string): Run[] {
  return new RunStore(workspace).list().runs;
}
