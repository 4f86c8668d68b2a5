import type { LoggedEvent, RunEvent, RunEventOf } from '../protocol/events.ts';
import { readRunManifest } from '../protocol/readRunManifest.ts';
import type { RunManifest } from '../protocol/runFolder.ts';
import { runPaths, workspaceOfRun } from '../protocol/runPaths.ts';
import { emptySummary, reduceEvent, type RunSummary } from '../protocol/runSummary.ts';
import { CheckpointFolder } from '../run/checkpoint.ts';
import { EventWriter } from '../run/eventWriter.ts';
import { StepColumnWriter } from '../run/stepColumnWriter.ts';
import type { StopFlag, StopReason } from './stopFlag.ts';

/** Thrown to leave a stage whose stop was asked for, from wherever it is. */
export class StopRequested extends Error {}

/** What every part of a stage stands on: the run's folder and log, what was there before, and whether a stop was asked for. */
export class StageContext {
  readonly folder: string;
  readonly workspace: string;
  readonly manifest: RunManifest;
  readonly checkpoints: CheckpointFolder;
  /** What earlier attempts left in the log. */
  readonly before: RunSummary = emptySummary();
  /** Tells the main thread what is being done, for when a stop takes long. */
  readonly say: (doing: string) => void;
  readonly #stop: StopFlag;
  readonly #writer: EventWriter;
  readonly #columns: StepColumnWriter;

  constructor(folder: string, stop: StopFlag, say: (doing: string) => void) {
    this.folder = folder;
    this.workspace = workspaceOfRun(folder);
    this.#stop = stop;
    this.say = say;
    const manifest = readRunManifest(folder);
    if (manifest.kind !== 'ok') throw new Error(`${runPaths(folder).manifest}: ${manifest.message}`);
    this.manifest = manifest.value;
    this.#columns = new StepColumnWriter(folder);
    this.#writer = new EventWriter(folder, { onEvent: (event) => this.#takeEarlierEvent(event) });
    this.checkpoints = CheckpointFolder.own(folder);
  }

  /** Who asked for a stop, or null to go on. */
  get stopReason(): StopReason | null {
    return this.#stop.reason;
  }

  /** Sequence number of the newest event. */
  get seq(): number {
    return this.#writer.seq;
  }

  emit(event: RunEvent): void {
    this.#writer.write(event);
    if (event.type === 'steps') this.#columns.add(event);
  }

  /** Writes the state that begins. Throws StopRequested instead where a stop was asked for. */
  enter(state: RunEventOf<'state'>['state']): void {
    if (this.stopReason !== null) {
      const before = state === 'evaluating' ? 'the trained network was scored' : 'training went on';
      throw new StopRequested(`Stopped before ${before}.`);
    }
    this.emit({ type: 'state', state, message: null, signal: null });
  }

  /** What a resume steps over: step metrics from this step on are trained anew. */
  forgetStepsFrom(step: number): void {
    this.#columns.truncate(step);
  }

  /** Has the log on disk. */
  sync(): void {
    this.#writer.sync();
  }

  close(): void {
    this.#writer.close();
    this.#columns.close();
  }

  #takeEarlierEvent(event: LoggedEvent): void {
    reduceEvent(this.before, event);
    if (event.type === 'steps') this.#columns.add(event);
    if (event.type === 'resumed') this.#columns.truncate(event.fromStep);
  }
}
