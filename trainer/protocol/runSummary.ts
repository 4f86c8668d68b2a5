import type { EngineDescription, LoggedEvent, RunEventOf } from './events.ts';
import type { RunState } from './runState.ts';
import { isLive } from './runState.ts';
import type { Ownership } from './ownership.ts';
import type { RunManifest } from './runFolder.ts';
import type { RunOverview } from './runOverview.ts';

/** One finished epoch, as the panels show it. */
export type EpochRecord = Omit<RunEventOf<'epoch'>, 'type'> & { time: number };

/** All that is known of a run from its log: derived from it alone, never stored elsewhere. */
export interface RunSummary {
  /** The last state that was written; `Run.state` is what it means now. */
  state: RunState;
  message: string | null;
  /** What made it fail, for programs (`diverged`), or null. */
  failure: string | null;
  attempt: number;
  /** Version of the Upsize that made the newest attempt. */
  upsize: string | null;
  engine: EngineDescription | null;
  prepared: Omit<RunEventOf<'prepared'>, 'type'> | null;
  model: Omit<RunEventOf<'model'>, 'type' | 'layers'> | null;
  epochs: EpochRecord[];
  /** Steps done; follows the steps, not only the epochs. */
  step: number;
  /** Metrics of the newest steps, for live displays. */
  lastStep: { epoch: number; loss: number; accuracy: number; imagesPerSecond: number } | null;
  progress: { phase: string; done: number; total: number } | null;
  bestEpoch: number | null;
  /** The newest checkpoint of the best weights so far: what a stage may start from where this run was stopped. */
  bestCheckpoint: { file: string; weightsSha256: string } | null;
  /** Whether there is a checkpoint to resume from. */
  resumable: boolean;
  frozen: Omit<RunEventOf<'frozen'>, 'type'> | null;
  evaluated: Partial<Record<'train' | 'validation' | 'test', Omit<RunEventOf<'evaluated'>, 'type'>>>;
  weightsSha256: string | null;
  /** How often the test images were looked at. */
  testLooks: number;
  warnings: string[];
  /** Seconds in which an attempt was preparing, training or evaluating; waiting in the queue is not counted. */
  seconds: number;
  startedAt: number | null;
  endedAt: number | null;
  lastSeq: number;
  lastTime: number | null;
  /** Time of the last event that counts as work, to add up `seconds` over attempts. */
  workingSince: number | null;
}

export function emptySummary(): RunSummary {
  return {
    state: 'queued',
    message: null,
    failure: null,
    attempt: 0,
    upsize: null,
    engine: null,
    prepared: null,
    model: null,
    epochs: [],
    step: 0,
    lastStep: null,
    progress: null,
    bestEpoch: null,
    bestCheckpoint: null,
    resumable: false,
    frozen: null,
    evaluated: {},
    weightsSha256: null,
    testLooks: 0,
    warnings: [],
    seconds: 0,
    startedAt: null,
    endedAt: null,
    lastSeq: 0,
    lastTime: null,
    workingSince: null,
  };
}

const mostWarnings = 100;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Adds one event to a summary, in place: the one reducer that every list, tree and panel stands on. */
export function reduceEvent(summary: RunSummary, event: LoggedEvent): void {
  summary.lastSeq = event.seq;
  if (summary.workingSince !== null && summary.lastTime !== null && event.type !== 'attempt') {
    // A gap between two events of one attempt was work; between attempts it was not.
    summary.seconds += Math.max(0, event.time - summary.lastTime) / 1000;
  }
  summary.lastTime = event.time;
  switch (event.type) {
    case 'attempt':
      summary.attempt = event.attempt;
      summary.upsize = event.upsize;
      // Whatever the last attempt came to, this one has begun.
      summary.state = 'queued';
      summary.startedAt ??= event.time;
      summary.endedAt = null;
      summary.message = null;
      summary.failure = null;
      summary.progress = null;
      summary.workingSince = null;
      break;
    case 'engine':
      summary.engine = event.engine;
      break;
    case 'prepared': {
      const { type: _type, ...prepared } = event;
      summary.prepared = prepared;
      summary.progress = null;
      break;
    }
    case 'model': {
      const { type: _type, layers: _layers, ...model } = event;
      summary.model = model;
      break;
    }
    case 'state':
      summary.state = event.state;
      summary.message = event.message;
      summary.failure = event.code ?? null;
      summary.progress = null;
      summary.workingSince =
        event.state === 'queued' || !isLive(event.state) ? null : (summary.workingSince ?? event.time);
      if (!isLive(event.state)) summary.endedAt = event.time;
      break;
    case 'progress':
      summary.progress = { phase: event.phase, done: event.done, total: event.total };
      break;
    case 'steps': {
      summary.step = event.from + event.loss.length;
      const msPerStep = mean(event.stepMs) + mean(event.inputMs);
      summary.lastStep = {
        epoch: event.epoch,
        loss: event.loss.at(-1) ?? Number.NaN,
        accuracy: mean(event.accuracy),
        imagesPerSecond: msPerStep > 0 ? (1000 * (summary.prepared?.batchSize ?? 0)) / msPerStep : 0,
      };
      break;
    }
    case 'epoch': {
      const { type: _type, seq: _seq, ...epoch } = event;
      summary.epochs.push(epoch);
      summary.step = event.step;
      summary.progress = null;
      break;
    }
    case 'checkpoint':
      // From the best weights alone, without the optimizer's slots, nothing resumes.
      if (event.kind === 'last') summary.resumable = true;
      else {
        summary.bestEpoch = event.epoch - 1;
        summary.bestCheckpoint = { file: event.file, weightsSha256: event.weightsSha256 };
      }
      break;
    case 'resumed':
      summary.epochs = summary.epochs.filter((epoch) => epoch.step <= event.fromStep && epoch.epoch < event.fromEpoch);
      summary.step = event.fromStep;
      if (summary.bestEpoch !== null && summary.bestEpoch >= event.fromEpoch) summary.bestEpoch = null;
      break;
    case 'frozen': {
      const { type: _type, ...frozen } = event;
      summary.frozen = frozen;
      break;
    }
    case 'evaluated': {
      const { type: _type, ...evaluated } = event;
      summary.evaluated[event.split] = evaluated;
      if (event.split === 'test') summary.testLooks++;
      break;
    }
    case 'modelSaved':
      summary.weightsSha256 = event.weightsSha256;
      break;
    case 'log':
      if (event.level !== 'information' && summary.warnings.length < mostWarnings) summary.warnings.push(event.message);
      break;
    case 'learningRate':
      break;
    case 'summary':
      // Says nothing new: it is what this reducer came to before it.
      break;
  }
}

/**
 * Whether going on with a run could come to something: it ended without completing, and not because the loss became no number,
 * which it would again, since a resume repeats every step exactly.
 */
export function canResume({ state, overview }: Pick<Run, 'state' | 'overview'>): boolean {
  return (state === 'stopped' || state === 'interrupted' || state === 'failed') && overview.failure !== 'diverged';
}

/**
 * The accuracy a run is known by: that of its saved weights on the whole validation set; while it trains, of the epoch whose
 * weights would be saved now. 0 to 1, or null before the first epoch.
 */
export function valAccuracyOf(summary: RunSummary): number | null {
  return summary.evaluated.validation?.accuracy ?? savedEpoch(summary)?.valAccuracy ?? null;
}

/** The loss beside `valAccuracyOf`: of the same weights on the same images. */
export function valLossOf(summary: RunSummary): number | null {
  return summary.evaluated.validation?.loss ?? savedEpoch(summary)?.valLoss ?? null;
}

/** The best epoch by what is monitored, which need not be the accuracy; the newest one where no best checkpoint was written yet. */
function savedEpoch({ epochs, bestEpoch }: RunSummary): EpochRecord | undefined {
  return epochs.find(({ epoch }) => epoch === bestEpoch) ?? epochs.at(-1);
}

/**
 * A run as lists have it. Declared as a class so that the compiler refuses copies by spread: they would be without manifest and
 * summary, which are read through the run.
 */
export declare abstract class Run {
  id: string;
  folder: string;
  /** What is there of every run at once. */
  overview: RunOverview;
  /** Read from the folder when it is first asked for: for the runs that are looked into, not for all in a list. */
  abstract get manifest(): RunManifest;
  /** Read as `manifest` is. */
  abstract get summary(): RunSummary;
  /** The written state, or `interrupted` where it is a live one and its process is gone. */
  state: RunState;
  /** Null where the log says that the run has ended: then nobody needs to be asked. */
  ownership: Ownership | null;
  damagedLines: number;
}
