import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as z from 'zod';
import type { configSchema } from '../trainer/protocol/config.ts';
import { EventReader } from '../trainer/protocol/eventReader.ts';
import type { LoggedEvent, RunEvent } from '../trainer/protocol/events.ts';
import { RunStore } from '../trainer/protocol/runStore.ts';
import type { Run } from '../trainer/protocol/runSummary.ts';

/** The trainer as it ships. */
export const shippedTrainer = path.join(import.meta.dirname, '..', 'dist', 'trainer.cjs');

const longestRunMs = 900_000;

/** A workspace folder of a benchmark, with a config: real children train in it. */
export class BenchWorkspace {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'upsize-bench-'));

  /** Starts training the next run of a config. `limit` are a command and its arguments to start it with: a memory limit. */
  start(
    config: z.input<typeof configSchema>,
    more: readonly string[] = [],
    limit: readonly string[] = [],
  ): ChildProcess {
    writeFileSync(path.join(this.folder, 'upsize.json'), JSON.stringify(config));
    const command = [
      ...limit,
      process.execPath,
      shippedTrainer,
      'train',
      '--workspace',
      this.folder,
      '--json',
      ...more,
    ];
    return spawn(command[0] ?? '', command.slice(1), {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: longestRunMs,
      killSignal: 'SIGKILL',
    });
  }

  /** Trains one run to its end. Throws, with the trainer's words, when it does not complete. */
  async train(
    config: z.input<typeof configSchema>,
    more: readonly string[] = [],
    limit: readonly string[] = [],
  ): Promise<Run> {
    const child = this.start(config, ['--new-ladder', ...more], limit);
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said = (said + String(text)).slice(-2000)));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const run = this.newestRun();
    if (code !== 0 || run?.state !== 'completed') {
      throw new Error(`A run of the bench ended with ${code}: ${run?.summary.message ?? ''} ${said.trim()}`);
    }
    return run;
  }

  /** The run that was made last. */
  newestRun(): Run | undefined {
    return new RunStore(this.folder)
      .list()
      .runs.toSorted((a, b) => a.manifest.created - b.manifest.created)
      .at(-1);
  }

  /** Events of one kind of a run, in their order. */
  events<T extends RunEvent['type']>(run: Run, type: T): Extract<LoggedEvent, { type: T }>[] {
    const isOfType = (event: LoggedEvent): event is Extract<LoggedEvent, { type: T }> => event.type === type;
    return new EventReader(run.folder).read().events.filter(isOfType);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
