import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../trainer/protocol/config.ts';
import { isLive } from '../../trainer/protocol/events.ts';
import { resumeRun } from '../../trainer/stages/startRun.ts';
import type { TinyWorkspace } from './tinyWorkspace.ts';

/** Trains a run to its end without any trouble. Returns its id and the hash of its weights. */
export async function trainUndisturbed(
  workspace: TinyWorkspace,
  config: Config,
): Promise<{ id: string; sha256: string }> {
  const id = await workspace.train(config, { newLadder: true });
  const { summary } = await workspace.untilState(id, 'completed');
  assert.ok(summary.weightsSha256);
  return { id, sha256: summary.weightsSha256 };
}

/**
 * Trains the same run, kills its process once after each of the delays (milliseconds after it took the run; it may have
 * ended by then), and resumes it each time. Checks that no event that was seen before a kill is lost or changed
 * after it, and returns the run's id once it is completed.
 */
export async function trainKilled(
  workspace: TinyWorkspace,
  config: Config,
  killAfterMs: readonly number[],
): Promise<string> {
  const id = await workspace.train(config, { newLadder: true });
  for (const delay of killAfterMs) {
    await sleep(delay);
    const seen = workspace.events(id);
    if (!isLive(workspace.run(id).state)) break;
    workspace.kill(id);
    const run = await workspace.until(id, (one) => !isLive(one.state), 'dead');
    const kept = workspace.events(id);
    assert.deepEqual(kept.slice(0, seen.length), seen, 'an acknowledged event was lost');
    if (run.state === 'completed') break;
    assert.equal(run.state, 'interrupted');
    await resumeRun(run);
  }
  await workspace.untilState(id, 'completed');
  return id;
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
