import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { configSchema } from '../../../trainer/protocol/config.ts';
import { encodeEvent, type RunEvent } from '../../../trainer/protocol/events.ts';
import type { RunManifest } from '../../../trainer/protocol/runFolder.ts';
import { runPaths, workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { versions } from '../../../trainer/protocol/versions.ts';
import { resolveStage } from '../../../trainer/stages/resolveStage.ts';

export const sha = 'a'.repeat(64);

/** Events of a stage that was trained for some epochs and completed with this accuracy. */
export function completedEvents(valAccuracy = 0.6, epochs = 2): RunEvent[] {
  const stepsPerEpoch = 10;
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
    { type: 'state', state: 'preparing', message: null, signal: null },
    {
      type: 'engine',
      engine: {
        name: 'native',
        mode: 'graph',
        tfjs: '4.22.0',
        tensorflow: '2.21.0',
        threads: 2,
        gpu: null,
        gpuUsed: false,
        fallback: null,
      },
    },
    {
      type: 'prepared',
      classNames: ['apple', 'kiwi'],
      fingerprint: sha,
      splitHash: sha,
      labelsHash: sha,
      train: 320,
      validation: 80,
      test: 0,
      leftOut: 3,
      trainPerClass: [160, 160],
      stepsPerEpoch,
      batchSize: 32,
      smallerThanStage: 0,
      seconds: 1,
    },
    {
      type: 'model',
      trainableParameters: 100,
      totalParameters: 300,
      memoryBytes: 1,
      layers: [],
      initialValAccuracy: null,
      parentValAccuracy: null,
    },
    { type: 'state', state: 'running', message: null, signal: null },
    ...Array.from({ length: epochs }, (_, epoch): RunEvent[] => [
      {
        type: 'steps',
        epoch,
        from: epoch * stepsPerEpoch,
        loss: [2, 1],
        accuracy: [0.5, 0.5],
        inputMs: [1, 1],
        stepMs: [99, 99],
      },
      {
        type: 'epoch',
        epoch,
        step: (epoch + 1) * stepsPerEpoch,
        loss: 1.5,
        accuracy: 0.5,
        valLoss: 1.4,
        valAccuracy: valAccuracy - 0.1 * (epochs - 1 - epoch),
        learningRate: 1e-3,
        images: 320,
        seconds: 4,
        imagesPerSecond: 100,
        inputSeconds: 1,
        stepSeconds: 2,
        evaluationSeconds: 0.8,
        rssBytes: 1,
        tensors: 1,
      },
      {
        type: 'checkpoint',
        kind: 'best',
        file: `best-${(epoch + 1) * stepsPerEpoch}`,
        epoch: epoch + 1,
        step: (epoch + 1) * stepsPerEpoch,
        weightsSha256: sha,
        seconds: 0.1,
      },
    ]).flat(),
    { type: 'state', state: 'evaluating', message: null, signal: null },
    {
      type: 'evaluated',
      split: 'validation',
      images: 80,
      loss: 1.3,
      accuracy: valAccuracy,
      top3Accuracy: 1,
      macroF1: 0.5,
      accuracyInterval: [0.5, 0.7],
      weightsSha256: sha,
    },
    { type: 'modelSaved', weightsSha256: sha, bytes: 10 },
    { type: 'state', state: 'completed', message: `Trained ${epochs} epochs.`, signal: null },
  ];
}

/** Run folders written by hand, in a workspace of their own. */
export class WrittenWorkspace {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), 'upsize-written-'));
  #created = 1_700_000_000_000;

  manifest(
    id: string,
    changes: Partial<RunManifest> & { size?: number; stageIndex?: number | null } = {},
  ): RunManifest {
    const { size, stageIndex, ...rest } = changes;
    const written = configSchema.parse({ dataset: 'photos' });
    const first = resolveStage(written, 'upsize.json', { stageIndex: 0, parent: null });
    const parent = { ...first, stage: { ...first.stage, size: (size ?? 48) / 2 } };
    const config = resolveStage(written, 'upsize.json', {
      stageIndex: stageIndex === undefined ? 0 : stageIndex,
      parent: (rest.parentId ?? null) === null ? null : parent,
      ...(size === undefined ? {} : { overrides: { size } }),
    });
    return {
      version: versions.run,
      id,
      parentId: null,
      parentWeightsSha256: null,
      parentWeights: null,
      ladderId: id,
      config,
      baseDirectory: this.directory,
      created: (this.#created += 1000),
      ...rest,
    };
  }

  write(manifest: RunManifest, events: readonly RunEvent[]): string {
    const folder = path.join(workspacePaths(this.directory).runs, manifest.id);
    const paths = runPaths(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(paths.manifest, JSON.stringify(manifest));
    writeFileSync(
      paths.events(1),
      events.map((event, index) => encodeEvent(event, index + 1, manifest.created + 1000 * index)).join(''),
    );
    return folder;
  }

  runs(): Run[] {
    return new RunStore(this.directory).list().runs;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
