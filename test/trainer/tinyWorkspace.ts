import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { configSchema, type Config } from '../../trainer/protocol/config.ts';
import { EventReader } from '../../trainer/protocol/eventReader.ts';
import type { LoggedEvent } from '../../trainer/protocol/events.ts';
import { isLive, type RunState } from '../../trainer/protocol/runState.ts';
import { randomAt } from '../../trainer/protocol/random.ts';
import { newestOwner } from '../../trainer/protocol/ownership.ts';
import { RunStore } from '../../trainer/protocol/runStore.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { planNext } from '../../trainer/stages/plan.ts';
import type { StageOverrides } from '../../trainer/stages/resolveStage.ts';
import { startRun } from '../../trainer/stages/startRun.ts';

const classNames = ['apple', 'kiwi', 'lemon'];
const colours = [
  [200, 40, 40],
  [90, 140, 50],
  [230, 210, 60],
] as const;

/** A folder of small real image files in three classes, and what a test does with runs over it. */
export class TinyWorkspace {
  readonly directory: string;
  readonly store: RunStore;

  constructor(directory: string) {
    this.directory = directory;
    this.store = new RunStore(directory);
  }

  static async make(
    imagesPerClass = 16,
    directory = mkdtempSync(path.join(os.tmpdir(), 'upsize-workspace-')),
  ): Promise<TinyWorkspace> {
    const workspace = new TinyWorkspace(directory);
    await workspace.addImages('photos', imagesPerClass);
    return workspace;
  }

  /** Draws noisy pictures, each different, in which colour tells most of the classes. */
  async addImages(folder: string, imagesPerClass: number, side = 40): Promise<void> {
    for (const [label, className] of classNames.entries()) {
      mkdirSync(path.join(this.directory, folder, className), { recursive: true });
      for (let i = 0; i < imagesPerClass; i++) {
        const random = randomAt(7, 'sample', label, i);
        const pixels = Buffer.alloc(side * side * 3);
        const [cx, cy, radius] = [random.next() * side, random.next() * side, side * (0.2 + 0.3 * random.next())];
        for (let place = 0; place < side * side; place++) {
          const inside = Math.hypot((place % side) - cx, Math.floor(place / side) - cy) < radius;
          for (let channel = 0; channel < 3; channel++) {
            const colour = inside ? (colours[label]?.[channel] ?? 0) : 128;
            pixels[place * 3 + channel] = Math.max(0, Math.min(255, colour + 120 * (random.next() - 0.5)));
          }
        }
        const image = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
        await image.png().toFile(path.join(this.directory, folder, className, `${className} ${i}.png`));
      }
    }
  }

  /** A small net that trains for seconds, with everything on that a resume could get wrong. */
  config(changes: Record<string, unknown> = {}): Config {
    return configSchema.parse({
      dataset: 'photos',
      model: { filters: [8, 8], denseUnits: 16, dropout: 0.3, batchNormalization: true },
      training: {
        epochs: 12,
        batchSize: 4,
        classWeight: 'undersample',
        earlyStopping: { patience: 9 },
        reduceLearningRate: { patience: 1 },
      },
      stages: [{ size: 16 }, { size: 32, freeze: 'parent' }],
      ...changes,
    });
  }

  /** Starts the next stage of a config as the command line does. Returns the run's id. */
  async train(
    config: Config,
    options: { fromRunId?: string; newLadder?: boolean; overrides?: StageOverrides } = {},
  ): Promise<string> {
    const plan = planNext({ config, configFile: null, runs: this.store.list().runs, ...options });
    if (plan.kind !== 'train') throw new Error(`Nothing to train: ${plan.kind}, ${plan.message}`);
    const { directory } = this;
    const { id } = await startRun({
      workspace: directory,
      baseDirectory: directory,
      effective: plan.effective,
      parent: plan.parent,
    });
    return id;
  }

  run(id: string): Run {
    const run = this.store.get(id);
    if (run === null || !('summary' in run)) throw new Error(`Run ${id} cannot be read: ${JSON.stringify(run)}`);
    return run;
  }

  /** Waits until a run is as a test wants it; throws when it ended otherwise, or after a minute and a half. */
  async until(id: string, isSo: (run: Run) => boolean, what: string): Promise<Run> {
    const deadline = Date.now() + 90_000;
    for (;;) {
      const run = this.run(id);
      if (isSo(run)) return run;
      if (!isLive(run.state))
        throw new Error(`Run ${id} is ${run.state} (${run.summary.message}) before it was ${what}.`);
      if (Date.now() > deadline) throw new Error(`Run ${id} is still ${run.state} after 90 s, not ${what}.`);
      await sleep(5);
    }
  }

  untilState(id: string, state: RunState): Promise<Run> {
    return this.until(id, (run) => run.state === state, state);
  }

  events(id: string): LoggedEvent[] {
    return new EventReader(this.run(id).folder).read().events;
  }

  /** Ends the process that owns a run, as a power loss would. */
  kill(id: string): void {
    const owner = newestOwner(this.run(id).folder);
    if (owner) process.kill(owner.pid, 'SIGKILL');
  }

  /** Removes everything, and ends whatever still runs. */
  remove(): void {
    for (const run of this.store.list().runs) {
      if (isLive(run.state) && run.ownership?.kind === 'alive') this.kill(run.id);
    }
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
