import type { EffectiveStage } from '../../../trainer/protocol/config.ts';
import { isLive } from '../../../trainer/protocol/runState.ts';
import { ladderSizes } from '../../../trainer/protocol/ladder.ts';
import { gainPerMinute, runRows, type RunRow } from '../../../trainer/protocol/runRow.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import type { DashboardChange, DashboardRun, LiveStatus } from '../../../webviews/protocol/dashboard.ts';
import { ladderName } from './ladderTitle.ts';

/** Epochs whose mean length says how long the next ones take. */
const epochsForEstimate = 3;

/** "first stage", "resize", "feeder residual": how a stage's model comes out of its parent's. */
export function originOf(stage: EffectiveStage): string {
  const { extend } = stage;
  if (extend === null) return 'first stage';
  if (extend.strategy === 'resize') return 'resize';
  return `feeder ${extend.feeder}${extend.cut === 'firstConvolution' ? ', in place of the first convolution' : ''}`;
}

/** What does not train, as a phrase. */
export function freezeOf(stage: EffectiveStage): string {
  const { extend, freeze } = stage;
  if (extend?.strategy === 'resize' && extend.trainableFrom !== undefined) {
    const also = Array.isArray(freeze) ? `, frozen: ${freeze.join(', ')}` : '';
    return `trains from ${extend.trainableFrom}${also}`;
  }
  if (freeze === 'parent') return extend === null ? 'all trains' : 'parent frozen';
  return freeze === 'none' ? 'all trains' : `frozen: ${freeze.join(', ')}`;
}

function engineOf(run: Run): string | null {
  const { engine } = run.summary;
  if (!engine) return null;
  const threads = engine.threads === 1 ? '1 thread' : `${engine.threads} threads`;
  const device = engine.gpuUsed && engine.gpu !== null ? engine.gpu : threads;
  return `${engine.name}, ${engine.mode}, ${device}`;
}

/** Seconds that the epochs still planned will take; early stopping may end sooner. Null before the first epoch. */
export function secondsLeft(run: Run, now: number): number | null {
  const { epochs } = run.summary;
  if (!isLive(run.state) || epochs.length === 0) return null;
  const recent = epochs.slice(-epochsForEstimate);
  const each = recent.reduce((sum, epoch) => sum + epoch.seconds, 0) / recent.length;
  const left = (run.manifest.config.stage.training.epochs - epochs.length) * each;
  const since = (now - (epochs.at(-1)?.time ?? now)) / 1000;
  return Math.max(0, left - Math.min(Math.max(0, since), each));
}

function liveOf(run: Run, now: number): LiveStatus {
  const { summary } = run;
  const live = isLive(run.state);
  return {
    step: summary.step,
    epoch: summary.lastStep?.epoch ?? summary.epochs.length,
    loss: live ? (summary.lastStep?.loss ?? null) : null,
    accuracy: live ? (summary.lastStep?.accuracy ?? null) : null,
    imagesPerSecond: live ? (summary.lastStep?.imagesPerSecond ?? null) : null,
    progress: live ? summary.progress : null,
    seconds: summary.seconds,
    secondsLeft: secondsLeft(run, now),
  };
}

/** What a run has of its ladder. */
type LadderPart = Pick<DashboardRun, 'ladderId' | 'ladder' | 'ladderSizes' | 'twin'>;

function dashboardRun(run: Run, row: RunRow, ladder: LadderPart, now: number): DashboardRun {
  const { summary, manifest } = run;
  const { stage } = manifest.config;
  return {
    runId: run.id,
    parentId: manifest.parentId,
    name: row.name,
    size: stage.size,
    ...ladder,
    state: run.state,
    message: summary.message,
    origin: originOf(stage),
    freeze: freezeOf(stage),
    engine: engineOf(run),
    epochsPlanned: stage.training.epochs,
    stepsPerEpoch: summary.prepared?.stepsPerEpoch ?? null,
    valAccuracy: row.valAccuracy,
    accuracyInterval: summary.evaluated.validation?.accuracyInterval ?? null,
    gain: row.gain,
    otherImages: row.otherImages,
    gainPerMinute: gainPerMinute(row),
    bestEpoch: summary.bestEpoch,
    trainableParameters: row.trainableParameters,
    totalParameters: row.totalParameters,
    memoryBytes: summary.model?.memoryBytes ?? null,
    warnings: [...summary.warnings],
    epochs: summary.epochs,
    live: liveOf(run, now),
  };
}

/** The runs of one ladder as the dashboard shows them, parents before children. Pure: `now` in milliseconds since 1970. */
export function dashboardRuns(
  runs: readonly Run[],
  ladderId: string,
  nameOf: (runId: string) => string | null,
  now: number,
): DashboardRun[] {
  const rows = new Map(runRows(runs).map((row) => [row.id, row]));
  const inLadder = runs.filter((run) => run.overview.ladderId === ladderId);
  const sizes = ladderSizes(inLadder);
  const ladder = ladderName(runs, ladderId, nameOf);
  const depth = (run: Run, seen = 0): number => {
    const parent = inLadder.find((other) => other.id === run.overview.parentId);
    return parent && seen < inLadder.length ? 1 + depth(parent, seen + 1) : 0;
  };
  return inLadder
    .map((run) => ({ run, depth: depth(run) }))
    .sort((a, b) => a.depth - b.depth || a.run.overview.created - b.run.overview.created)
    .flatMap(({ run }) => {
      const row = rows.get(run.id);
      const twins = inLadder.filter((other) => other.overview.size === run.overview.size);
      const twin = twins.length > 1 ? twins.indexOf(run) + 1 : null;
      const part = { ladderId, ladder, ladderSizes: sizes, twin };
      return row ? [dashboardRun(run, { ...row, name: nameOf(run.id) }, part, now)] : [];
    });
}

/** What changed between two looks, as few and as small messages as say it. */
export function dashboardChanges(before: readonly DashboardRun[], after: readonly DashboardRun[]): DashboardChange[] {
  const known = new Map(before.map((run) => [run.runId, run]));
  const changes: DashboardChange[] = [];
  for (const run of after) {
    const old = known.get(run.runId);
    known.delete(run.runId);
    if (!old || fingerprint(old) !== fingerprint(run)) {
      const epochsFrom = old ? sameEpochs(old, run) : 0;
      changes.push({ type: 'run', run: { ...run, epochs: run.epochs.slice(epochsFrom) }, epochsFrom });
    } else if (JSON.stringify(old.live) !== JSON.stringify(run.live))
      changes.push({ type: 'live', runId: run.runId, live: run.live });
  }
  for (const runId of known.keys()) changes.push({ type: 'gone', runId });
  return changes;
}

/** How many epochs two looks at a run begin with that are the same; a resume trains the last ones anew. */
function sameEpochs(before: DashboardRun, after: DashboardRun): number {
  const differs = after.epochs.findIndex(({ step, seconds, valLoss }, index) => {
    const old = before.epochs[index];
    return !old || old.step !== step || old.seconds !== seconds || !Object.is(old.valLoss, valLoss);
  });
  return differs === -1 ? after.epochs.length : differs;
}

/** Says whether anything but the live status is another; epochs are only ever added or dropped at the end. */
function fingerprint(run: DashboardRun): string {
  const { epochs, live: _live, gainPerMinute: _perMinute, ...rest } = run;
  const last = epochs.at(-1);
  return JSON.stringify([rest, epochs.length, last?.step, last?.seconds, String(last?.valLoss)]);
}
