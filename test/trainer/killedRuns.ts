import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../trainer/protocol/config.ts';
import { EventReader } from '../../trainer/protocol/eventReader.ts';
import type { LoggedEvent } from '../../trainer/protocol/events.ts';
import { isLive } from '../../trainer/protocol/runState.ts';
import { runPaths } from '../../trainer/protocol/runPaths.ts';
import { emptySummary, reduceEvent, type Run, type RunSummary } from '../../trainer/protocol/runSummary.ts';
import { resumeRun } from '../../trainer/stages/startRun.ts';
import type { TinyWorkspace } from './tinyWorkspace.ts';

/**
 * What a run was doing when it was killed. `between stages`: its parent had ended and it had not trained a step; `starting`: the
 * same of a first stage, and of an attempt that was about to go on.
 */
export const killMoments = ['between stages', 'starting', 'mid-epoch', 'mid-checkpoint', 'evaluating'] as const;
export type KillMoment = (typeof killMoments)[number];

/** When to kill: at a moment, or so long after the attempt began, wherever it is then. */
export type KillAt = KillMoment | { afterMs: number };

/** How runs that were killed and resumed came to their end. */
export interface KilledRuns {
  /** Completed runs: one, and a further one for each kill that came when there was nothing left to kill. */
  ids: string[];
  /** What each kill found, by what it left behind; a kill that came too late is none. */
  found: KillMoment[];
  tooLate: number;
}

const waitMs = 90_000;
/** A moment is a few milliseconds wide, and a kill may miss it. */
const mostTries = 12;
/** How long into a moment a kill may wait; none into a checkpoint, which is written in a breath. */
const jitterMs: Readonly<Record<KillMoment, number>> = {
  'between stages': 500,
  starting: 500,
  'mid-epoch': 150,
  'mid-checkpoint': 0,
  evaluating: 10,
};

/** Trains a run to its end without any trouble. Returns its id and the hash of its weights. */
export async function trainUndisturbed(
  workspace: TinyWorkspace,
  config: Config,
  fromRunId?: string,
): Promise<{ id: string; sha256: string }> {
  const id = await startStage(workspace, config, fromRunId);
  const { summary } = await workspace.untilState(id, 'completed');
  assert.ok(summary.weightsSha256);
  return { id, sha256: summary.weightsSha256 };
}

function startStage(workspace: TinyWorkspace, config: Config, fromRunId?: string): Promise<string> {
  return workspace.train(config, fromRunId === undefined ? { newLadder: true } : { fromRunId });
}

/**
 * Trains the same run, kills its process at each of these moments, and resumes it each time. A kill that found the run elsewhere
 * than it was meant to is made again, one that came too late in a run of its own; it throws where a moment cannot be hit. Checks
 * after each kill that the run was alive until then, and that no event that was seen before is lost or changed.
 */
export async function trainKilled(
  workspace: TinyWorkspace,
  config: Config,
  kills: readonly KillAt[],
  fromRunId?: string,
): Promise<KilledRuns> {
  const result: KilledRuns = { ids: [], found: [], tooLate: 0 };
  let victim: Victim | null = null;
  for (const at of kills) {
    for (let tries = 1; ; tries++) {
      assert.ok(tries <= mostTries, `${mostTries} kills did not find the run ${describeKill(at)}`);
      victim ??= new Victim(workspace, await startStage(workspace, config, fromRunId));
      const found = await victim.kill(at);
      if (found === null) {
        result.tooLate++;
        result.ids.push(await victim.completed());
        victim = null;
      } else {
        result.found.push(found);
        await victim.resume();
        if (typeof at === 'object' || found === at) break;
      }
    }
  }
  if (victim !== null) result.ids.push(await victim.completed());
  return result;
}

function describeKill(at: KillAt): string {
  return typeof at === 'object' ? `alive ${at.afterMs} ms after its beginning` : at;
}

/** A run whose process is killed, once or several times, and what was seen of its log. */
class Victim {
  readonly #workspace: TinyWorkspace;
  readonly #id: string;
  readonly #folder: string;
  readonly #reader: EventReader;
  readonly #seen: LoggedEvent[] = [];
  readonly #summary: RunSummary = emptySummary();
  #kills = 0;
  /** Steps that the current attempt began with. */
  #from = 0;

  constructor(workspace: TinyWorkspace, id: string) {
    this.#workspace = workspace;
    this.#id = id;
    this.#folder = workspace.run(id).folder;
    this.#reader = new EventReader(this.#folder);
    this.#look();
  }

  /** Returns what the kill found, or null where the run had ended before it. */
  async kill(at: KillAt): Promise<KillMoment | null> {
    if (!(await this.#wait(at))) return null;
    this.#workspace.kill(this.#id);
    const run = await this.#workspace.until(this.#id, ({ state }) => !isLive(state), 'dead');
    const kept = this.#workspace.events(this.#id);
    assert.deepEqual(kept.slice(0, this.#seen.length), this.#seen, 'an acknowledged event was lost');
    this.#look();
    if (run.state === 'completed') return null;
    assert.equal(run.state, 'interrupted', run.summary.message ?? '');
    this.#kills++;
    assert.equal(run.summary.attempt, this.#kills, 'each attempt was ended by a kill');
    return momentOf(run);
  }

  async resume(): Promise<void> {
    await resumeRun(this.#workspace.run(this.#id));
    this.#look();
    this.#from = this.#summary.step;
  }

  /** Waits for the end. Returns the run's id. */
  async completed(): Promise<string> {
    const { summary } = await this.#workspace.untilState(this.#id, 'completed');
    assert.equal(summary.attempt, this.#kills + 1);
    return this.#id;
  }

  /** Returns whether the moment came; false where the run ended without it. */
  async #wait(at: KillAt): Promise<boolean> {
    const deadline = Date.now() + waitMs;
    if (typeof at === 'object') {
      await sleep(at.afterMs);
      this.#look();
      return isLive(this.#summary.state);
    }
    const comes = async () => {
      while (!this.#isAt(at)) {
        if (!isLive(this.#summary.state)) return false;
        if (Date.now() > deadline) throw new Error(`Run ${this.#id} was not ${at} within ${waitMs / 1000} s.`);
        await breathe();
        this.#look();
      }
      return true;
    };
    if (!(await comes())) return false;
    const jitter = jitterMs[at];
    if (jitter > 0) {
      await sleep(randomInt(0, jitter));
      this.#look();
    }
    // That moment comes again and again, between others.
    return at === 'mid-epoch' ? comes() : isLive(this.#summary.state);
  }

  #isAt(moment: KillMoment): boolean {
    const { state, step } = this.#summary;
    if (moment === 'mid-checkpoint') return isWritingCheckpoint(this.#folder);
    // A checkpoint is written while training goes on.
    if (moment === 'mid-epoch') return state === 'running' && step > this.#from && !isWritingCheckpoint(this.#folder);
    if (moment === 'evaluating') return state === 'evaluating';
    return state === 'queued' || state === 'preparing';
  }

  #look(): void {
    for (const event of this.#reader.read().events) {
      reduceEvent(this.#summary, event);
      this.#seen.push(event);
    }
  }
}

function momentOf({ folder, manifest, summary }: Run): KillMoment {
  if (isWritingCheckpoint(folder)) return 'mid-checkpoint';
  if (summary.state === 'evaluating') return 'evaluating';
  if (summary.state === 'running') return 'mid-epoch';
  return manifest.parentId !== null && !summary.resumable ? 'between stages' : 'starting';
}

/** A checkpoint is written beside its place and then put there. */
function isWritingCheckpoint(folder: string): boolean {
  const { checkpoints } = runPaths(folder);
  return existsSync(checkpoints) && readdirSync(checkpoints).some((name) => /\.safetensors.*\.partial$/.test(name));
}

/** Whether two runs are the same to the bit: their weights, and every epoch's metrics. */
export function assertSameRun(workspace: TinyWorkspace, expectedId: string, id: string): void {
  const [expected, actual] = [workspace.run(expectedId).summary, workspace.run(id).summary];
  const metrics = (summary: typeof expected) =>
    summary.epochs.map(({ epoch, step, loss, accuracy, valLoss, valAccuracy, learningRate }) => {
      // The mean over an epoch is summed in the order of its steps, over a resume too.
      return { epoch, step, loss, accuracy, valLoss, valAccuracy, learningRate };
    });
  assert.deepEqual(metrics(actual), metrics(expected));
  assert.equal(actual.weightsSha256, expected.weightsSha256);
  assert.equal(actual.step, expected.step);
}
