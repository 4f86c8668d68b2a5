import { mkdirSync, writeFileSync } from 'node:fs';
import { configSchema, effectiveDatasetSchema, type EffectiveConfig } from '../trainer/protocol/config.ts';
import { encodeEvent, type EngineDescription, type RunEvent, type RunEventOf } from '../trainer/protocol/events.ts';
import type { RunManifest } from '../trainer/protocol/runFolder.ts';
import { runFolderOf, runPaths } from '../trainer/protocol/runPaths.ts';
import type { RunState } from '../trainer/protocol/runState.ts';
import { versions } from '../trainer/protocol/versions.ts';

export const sha = 'a'.repeat(64);

/** Events as the trainer writes them, of a stage of two classes and ten steps an epoch; a test says what is otherwise. */
export const written = {
  attempt: (changes: Changes<'attempt'> = {}): RunEvent => ({
    type: 'attempt',
    ...{ attempt: 1, upsize: '0.1.0', node: 'v24', platform: 'linux-x64', host: 'h', processor: 'p', pid: 1 },
    ...changes,
  }),
  engine: (changes: Partial<EngineDescription> = {}): RunEvent => ({
    type: 'engine',
    engine: {
      name: 'native',
      mode: 'graph',
      ...{ tfjs: '4.22.0', tensorflow: '2.21.0', threads: 2, gpu: null, gpuUsed: false, fallback: null },
      ...changes,
    },
  }),
  state: (state: RunState, changes: Changes<'state'> = {}): RunEvent => {
    return { type: 'state', state, message: null, signal: null, ...changes };
  },
  prepared: (changes: Changes<'prepared'> = {}): RunEvent => ({
    type: 'prepared',
    classNames: ['apple', 'kiwi'],
    ...{ fingerprint: sha, splitHash: sha, labelsHash: sha },
    ...{ train: 320, validation: 80, test: 0, leftOut: 3 },
    trainPerClass: [160, 160],
    ...{ stepsPerEpoch: 10, batchSize: 32, smallerThanStage: 0, seconds: 1 },
    ...changes,
  }),
  model: (changes: Changes<'model'> = {}): RunEvent => ({
    type: 'model',
    ...{ trainableParameters: 100, totalParameters: 300, memoryBytes: 1, layers: [] },
    ...{ initialValAccuracy: null, parentValAccuracy: null },
    ...changes,
  }),
  /** The end of an epoch, from 0. */
  epoch: (epoch: number, changes: Changes<'epoch'> = {}): RunEvent => ({
    type: 'epoch',
    ...{ epoch, step: (epoch + 1) * 10, loss: 1.5, accuracy: 0.5, valLoss: 1.4, valAccuracy: 0.5 },
    ...{ learningRate: 1e-3, images: 320, seconds: 4, imagesPerSecond: 100, inputSeconds: 1, stepSeconds: 2 },
    ...{ evaluationSeconds: 0.8, rssBytes: 1, tensors: 1 },
    ...changes,
  }),
  /** The best weights so far, after so many epochs. */
  best: (epoch: number, changes: Changes<'checkpoint'> = {}): RunEvent => {
    const step = epoch * 10;
    const seconds = 0.1;
    return {
      type: 'checkpoint',
      kind: 'best',
      ...{ file: `best-${step}`, epoch, step, weightsSha256: sha, seconds },
      ...changes,
    };
  },
  evaluated: (changes: Changes<'evaluated'> = {}): RunEvent => ({
    type: 'evaluated',
    split: 'validation',
    ...{ images: 80, loss: 1.3, accuracy: 0.6, top3Accuracy: 1, macroF1: 0.5 },
    accuracyInterval: [0.5, 0.7],
    weightsSha256: sha,
    ...changes,
  }),
} as const;

type Changes<T extends RunEvent['type']> = Partial<Omit<RunEventOf<T>, 'type'>>;

/** The config of a run on `photos` with default settings, as it is recorded. */
export function writtenConfig(
  stage: Partial<EffectiveConfig['stage']>,
  changes: Partial<Omit<EffectiveConfig, 'stage'>> = {},
): EffectiveConfig {
  const { model, training, cacheBytes } = configSchema.parse({ dataset: 'photos' });
  return {
    name: null,
    configFile: 'upsize.json',
    dataset: effectiveDatasetSchema.parse({ path: 'photos' }),
    seed: 1,
    engine: 'auto',
    model,
    stageIndex: 0,
    stage: { size: 48, extend: null, freeze: 'none', training, ...stage },
    laterSizes: [],
    cacheBytes,
    ...changes,
  };
}

/** The manifest of a run, of a first stage where nothing else is said. */
export function writtenManifest({
  id,
  ...changes
}: Pick<RunManifest, 'id' | 'config' | 'baseDirectory' | 'created'> & Partial<RunManifest>): RunManifest {
  return {
    version: versions.run,
    id,
    ...{ parentId: null, parentWeightsSha256: null, parentWeights: null, ladderId: id },
    ...changes,
  };
}

/** Lines of an event log, one second apart. */
export function eventLines(events: readonly RunEvent[], from: number, firstSeq = 1): string {
  return events.map((event, index) => encodeEvent(event, firstSeq + index, from + index * 1000)).join('');
}

/** Writes a run folder into a workspace: its manifest and its event log. Returns the folder. */
export function writeRunFolder(workspace: string, manifest: RunManifest, events: readonly RunEvent[]): string {
  const folder = runFolderOf(workspace, manifest.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(runPaths(folder).manifest, JSON.stringify(manifest));
  writeFileSync(runPaths(folder).events(1), eventLines(events, manifest.created));
  return folder;
}
