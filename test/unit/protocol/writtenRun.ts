import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { configSchema } from '../../../trainer/protocol/config.ts';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import type { RunManifest } from '../../../trainer/protocol/runFolder.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { resolveStage } from '../../../trainer/stages/resolveStage.ts';
import { sha, writeRunFolder, written, writtenManifest } from '../../writtenRun.ts';

export { sha };

/** Events of a stage that was trained for some epochs and completed with this accuracy. */
export function completedEvents(valAccuracy = 0.6, epochs = 2): RunEvent[] {
  return [
    written.attempt(),
    written.state('preparing'),
    written.engine(),
    written.prepared(),
    written.model(),
    written.state('running'),
    ...Array.from({ length: epochs }, (_, epoch): RunEvent[] => [
      {
        type: 'steps',
        ...{ epoch, from: epoch * 10, loss: [2, 1], accuracy: [0.5, 0.5] },
        ...{ inputMs: [1, 1], stepMs: [99, 99] },
      },
      written.epoch(epoch, { valAccuracy: valAccuracy - 0.1 * (epochs - 1 - epoch) }),
      written.best(epoch + 1),
    ]).flat(),
    written.state('evaluating'),
    written.evaluated({ accuracy: valAccuracy }),
    { type: 'modelSaved', weightsSha256: sha, bytes: 10 },
    written.state('completed', { message: `Trained ${epochs} epochs.` }),
  ];
}

/** Run folders written by hand, in a workspace of their own, with configs as they are resolved from a file. */
export class WrittenWorkspace {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), 'upsize-written-'));
  #created = 1_700_000_000_000;

  manifest(
    id: string,
    changes: Partial<RunManifest> & { size?: number; stageIndex?: number | null } = {},
  ): RunManifest {
    const { size, stageIndex, ...rest } = changes;
    const file = configSchema.parse({ dataset: 'photos' });
    const first = resolveStage(file, 'upsize.json', { stageIndex: 0, parent: null });
    const parent = { ...first, stage: { ...first.stage, size: (size ?? 48) / 2 } };
    const config = resolveStage(file, 'upsize.json', {
      stageIndex: stageIndex === undefined ? 0 : stageIndex,
      parent: (rest.parentId ?? null) === null ? null : parent,
      ...(size === undefined ? {} : { overrides: { size } }),
    });
    return writtenManifest({ id, config, baseDirectory: this.directory, created: (this.#created += 1000), ...rest });
  }

  write(manifest: RunManifest, events: readonly RunEvent[]): string {
    return writeRunFolder(this.directory, manifest, events);
  }

  runs(): Run[] {
    return new RunStore(this.directory).list().runs;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
