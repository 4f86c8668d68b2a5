import { strict as assert } from 'node:assert';
import { randomInt } from 'node:crypto';
import { assertSameRun, trainKilled, trainUndisturbed } from '../trainer/killedRuns.ts';
import { TinyWorkspace } from '../trainer/tinyWorkspace.ts';

const kills = Number(process.env.UPSIZE_KILLS ?? 50);

describe(`a run killed at ${kills} random moments`, function () {
  this.timeout(3_600_000);
  let workspace: TinyWorkspace;
  before(async () => (workspace = await TinyWorkspace.make()));
  after(() => workspace.remove());

  it('ends with the weights of the undisturbed run each time, and loses nothing that was acknowledged', async () => {
    const undisturbed = await trainUndisturbed(workspace, workspace.config());
    // Timed on a second run, which finds its images decoded, as the ones to be killed do.
    const { summary } = workspace.run((await trainUndisturbed(workspace, workspace.config())).id);
    const wholeMs = (summary.endedAt ?? 0) - (summary.startedAt ?? 0);
    let done = 0;
    while (done < kills) {
      // From its very beginning to its end; one that comes too late is no kill and is not counted.
      const delays = Array.from({ length: Math.min(3, kills - done) }, () => randomInt(0, Math.round(wholeMs)));
      const id = await trainKilled(workspace, workspace.config(), delays);
      assertSameRun(workspace, undisturbed.id, id);
      done += workspace.run(id).summary.attempt - 1;
      console.log(
        `      ${done} of ${kills} kills (${delays.join(', ')} ms): ${workspace.run(id).summary.attempt} attempts`,
      );
      assert.ok(workspace.run(id).damagedLines <= workspace.run(id).summary.attempt);
    }
  });
});
