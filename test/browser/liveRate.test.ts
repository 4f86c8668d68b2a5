import { strict as assert } from 'node:assert';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunFollower } from '../../extension/runs/runFollower.ts';
import { encodeEvent } from '../../trainer/protocol/events.ts';
import { runPaths } from '../../trainer/protocol/runPaths.ts';
import { openDashboard } from './harness/openPanels.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { writeLadder } from './harness/writtenLadder.ts';

/** Oftener than anybody could follow, for so long; then slowly, for a machine that is too busy to show as much. */
const writing = { everyMs: 20, forMs: 4000, thenEveryMs: 250 };
const stepsALine = 3;
const stepsPerEpoch = 1000;

describe('a dashboard while a run trains', function () {
  this.timeout(120_000);

  it('moves several times a second, however often the trainer writes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-rate-'));
    const ids = writeLadder(folder, { lastState: 'running', lastEpochs: 2, stepsPerEpoch, images: 40 });
    const workspace = new RecordedWorkspace(folder);
    // What the extension follows runs with decides how often a panel hears of them.
    const follower = new RunFollower(folder, () => workspace.changed());
    await follower.start();
    const panel = await openDashboard(workspace, ids[0] ?? '');
    try {
      const { page } = panel;
      const status = page.locator('.status');
      await status.getByText('epoch 3/12').waitFor();
      const last = workspace.runs().at(-1);
      assert.ok(last);
      await page.evaluate(() => {
        const line = document.querySelector('.status');
        const moved: string[] = [];
        Reflect.set(window, 'upsizeMoved', moved);
        if (!line) throw new Error('There is no status line.');
        const watched = { subtree: true, childList: true, characterData: true };
        new MutationObserver(() => moved.push(line.textContent ?? '')).observe(line, watched);
      });
      let seq = last.summary.lastSeq;
      let step = last.summary.step;
      const moves = () => page.evaluate(() => (Reflect.get(window, 'upsizeMoved') as string[]).length);
      const began = Date.now();
      const fast = () => Date.now() - began < writing.forMs;
      while ((fast() || (await moves()) < 5) && step + stepsALine < 3 * stepsPerEpoch) {
        const column = (value: number) => Array.from({ length: stepsALine }, () => value);
        const steps = { epoch: 2, from: step, inputMs: column(1), stepMs: column(13) };
        appendFileSync(
          runPaths(last.folder).events(1),
          encodeEvent({ type: 'steps', ...steps, loss: column(0.5), accuracy: column(0.8) }, ++seq, Date.now()),
        );
        step += stepsALine;
        await new Promise((resolve) => setTimeout(resolve, fast() ? writing.everyMs : writing.thenEveryMs));
      }
      const moved = await moves();
      const each = (moved * 1000) / (Date.now() - began);
      assert.ok(moved >= 5, `moved ${moved} times`);
      assert.ok(each < 12, `${each.toFixed(1)} times a second`);
      // What came last is shown.
      const share = Math.round(((step - 2 * stepsPerEpoch) / stepsPerEpoch) * 100);
      await status.getByText(`(${share}\u202f%)`).waitFor();
      assert.deepEqual(panel.complaints, []);
    } finally {
      follower.end();
      await panel.close();
      rmSync(folder, { recursive: true });
    }
  });
});
