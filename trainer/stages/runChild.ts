import { readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { engineEnvironment } from '../engine/engineEnvironment.ts';
import type { EngineName } from '../engine/loadEngine.ts';
import { isLive } from '../protocol/runState.ts';
import { replaceFileSync } from '../protocol/replaceFile.ts';
import { readRunManifest } from '../protocol/readRunManifest.ts';
import { stopRequestSchema, type RunOwner } from '../protocol/runFolder.ts';
import { runPaths, workspaceOfRun, type RunPaths } from '../protocol/runPaths.ts';
import { emptySummary, reduceEvent } from '../protocol/runSummary.ts';
import { isMeant } from '../protocol/stopRequest.ts';
import { upsizeVersion } from '../protocol/upsizeVersion.ts';
import { versions } from '../protocol/versions.ts';
import { lookingMemory } from '../protocol/workerMemory.ts';
import { EventWriter } from '../run/eventWriter.ts';
import { takeRun } from '../run/owner.ts';
import { TrainingSlot } from '../run/trainingSlot.ts';
import { describeFailure } from './describeFailure.ts';
import { StopFlag, type StopReason } from './stopFlag.ts';
import { trainerEntry } from '../protocol/trainerEntry.ts';

const heartbeatMs = 1000;
const stopPollMs = 50;
const queuePollMs = 500;
/** A worker that has not ended by then after a stop request hangs in native code, and is ended the hard way. */
const stopGraceMs = Number(process.env.UPSIZE_STOP_GRACE_MS ?? 120_000);

/** What the worker thread is given. */
export interface StageWorkerData {
  job: 'stage';
  folder: string;
  stop: SharedArrayBuffer;
  /** The engine to go on with, on purpose, where it may be another than it was begun on; null: the recorded one. */
  engine: EngineName | null;
}

/** What the worker thread says while it works. */
export type StageWorkerMessage = { doing: string };

/** Exit codes of a trainer child. */
export const childExit = { completed: 0, failed: 1, stopped: 3 } as const;

/**
 * The main thread of a trainer child: owns the run, waits for its turn, keeps the heartbeat, and hears stop requests and
 * signals while the worker thread trains, on `engine` where one is named. Returns the exit code. Throws RunOwnedError when another
 * process has the run.
 */
export async function runChild(folder: string, engine: EngineName | null): Promise<number> {
  const paths = runPaths(folder);
  const manifest = readRunManifest(folder);
  if (manifest.kind !== 'ok') throw new Error(`${paths.manifest}: ${manifest.message}`);
  const owner = takeRun(folder);
  const child = new TrainerChild(paths, owner, engine);
  try {
    return await child.run(workspaceOfRun(folder), manifest.value.id);
  } finally {
    child.end();
  }
}

class TrainerChild {
  readonly #paths: RunPaths;
  readonly #owner: RunOwner;
  readonly #engine: EngineName | null;
  readonly #stop = new StopFlag();
  readonly #timers: NodeJS.Timeout[] = [];
  #doing = 'starting';
  #worker: Worker | null = null;

  constructor(paths: RunPaths, owner: RunOwner, engine: EngineName | null) {
    this.#paths = paths;
    this.#owner = owner;
    this.#engine = engine;
  }

  async run(workspace: string, runId: string): Promise<number> {
    this.#withWriter((writer) => {
      writer.write({
        type: 'attempt',
        version: versions.events,
        attempt: this.#owner.attempt,
        upsize: upsizeVersion,
        node: process.version,
        platform: `${process.platform}-${process.arch}`,
        host: this.#owner.host,
        processor: os.cpus()[0]?.model.trim() ?? 'unknown',
        pid: process.pid,
      });
    });
    this.#beat();
    this.#timers.push(
      setInterval(() => this.#beat(), heartbeatMs),
      setInterval(() => this.#hearStopRequest(), stopPollMs),
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#requestStop(signal));
    try {
      if (!(await this.#waitForTurn(workspace, runId))) {
        this.#writeState('stopped', 'Cancelled before it began.', this.#stop.reason);
        return childExit.stopped;
      }
      return await this.#train();
    } catch (error) {
      this.#writeState('failed', describeFailure(error), null);
      return childExit.failed;
    }
  }

  end(): void {
    for (const timer of this.#timers) clearInterval(timer);
    rmSync(this.#paths.heartbeat, { force: true });
  }

  async #waitForTurn(workspace: string, runId: string): Promise<boolean> {
    const slot = new TrainingSlot(workspace, runId);
    let waitsFor: string | null = null;
    for (;;) {
      if (this.#stop.reason !== null) return false;
      const turn = slot.tryTake();
      if (turn.taken) return true;
      if (waitsFor !== turn.waitsFor) {
        waitsFor = turn.waitsFor;
        this.#doing = `waiting for run ${waitsFor}`;
        this.#writeState('queued', `Waits for run ${waitsFor}.`, null);
      }
      await sleep(queuePollMs);
    }
  }

  /** Runs the worker thread to its end and makes sure that the log says how it ended, whatever happened to it. */
  async #train(): Promise<number> {
    const { folder } = this.#paths;
    const workerData: StageWorkerData = { job: 'stage', folder, stop: this.#stop.buffer, engine: this.#engine };
    // Native libraries see the environment of the process, not the copy of it that a worker would get.
    Object.assign(process.env, engineEnvironment());
    const worker = new Worker(trainerEntry(), { workerData, env: SHARE_ENV, resourceLimits: lookingMemory });
    this.#worker = worker;
    let failure: string | null = null;
    worker.on('message', (message: StageWorkerMessage) => (this.#doing = message.doing));
    worker.on('error', (error) => (failure = error instanceof Error ? error.message : String(error)));
    const code = await new Promise<number>((resolve) => worker.once('exit', resolve));
    this.#worker = null;
    const summary = emptySummary();
    const writer = new EventWriter(this.#paths.folder, { onEvent: (event) => reduceEvent(summary, event) });
    try {
      if (isLive(summary.state)) {
        writer.write({
          type: 'state',
          state: 'failed',
          message:
            failure ?? `The training thread ended with code ${code} before the stage did. stderr.log may say why.`,
          signal: null,
        });
        return childExit.failed;
      }
    } finally {
      writer.close();
    }
    if (summary.state === 'completed') return childExit.completed;
    return summary.state === 'stopped' ? childExit.stopped : childExit.failed;
  }

  #hearStopRequest(): void {
    if (this.#stop.reason !== null) return;
    try {
      const request = stopRequestSchema.parse(JSON.parse(readFileSync(this.#paths.stop, 'utf8')));
      if (isMeant(request, this.#owner.attempt)) this.#requestStop('stop');
    } catch {
      // Not there, or not a stop request: nothing was asked.
    }
  }

  #requestStop(reason: StopReason): void {
    const isFirst = this.#stop.reason === null;
    this.#stop.set(reason);
    if (isFirst) this.#timers.push(setTimeout(() => this.#endTheHardWay(), stopGraceMs));
  }

  /** The worker is stuck in native code: only the end of the process ends it. What was checkpointed is there. */
  #endTheHardWay(): void {
    if (this.#worker === null) return;
    const message = `Did not stop within ${Math.round(stopGraceMs / 1000)} s (it was ${this.#doing}), and was killed. It can be resumed from its last checkpoint.`;
    this.#writeState('stopped', message, 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
  }

  #beat(): void {
    const beat = JSON.stringify({ time: Date.now(), attempt: this.#owner.attempt, doing: this.#doing });
    try {
      replaceFileSync(this.#paths.heartbeat, beat);
    } catch {
      // A full disk or a folder gone: the event log will say so where it matters. A heartbeat is never worth a run.
    }
  }

  #writeState(state: 'queued' | 'stopped' | 'failed', message: string, signal: StopReason | null): void {
    this.#withWriter((writer) => writer.write({ type: 'state', state, message, signal }));
  }

  /** Never while the worker writes: one writer at a time. */
  #withWriter(use: (writer: EventWriter) => void): void {
    const writer = new EventWriter(this.#paths.folder);
    try {
      use(writer);
    } finally {
      writer.close();
    }
  }
}
