import { strict as assert } from 'node:assert';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunFollower } from '../../extension/runs/runFollower.ts';
import { encodeEvent } from '../../trainer/protocol/events.ts';
import { runPaths } from '../../trainer/protocol/runFolder.ts';
import { openDashboard } from './harness/openPanels.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { writeLadder } from './harness/writtenLadder.ts';

const forMs = 6000;
/** Oftener than anybody could follow. */
const writeEveryMs = 20;
const stepsALine = 3;

describe('a dashboard while a run trains', function () {
  this.timeout(120_000);

  it('moves several times a second, however often the trainer writes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'upsize-rate-'));
    const ids = writeLadder(folder, { lastState: 'running', lastEpochs: 2, stepsPerEpoch: 1000, images: 40 });
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
      const began = Date.now();
      while (Date.now() - began < forMs) {
        const column = (value: number) => Array.from({ length: stepsALine }, () => value);
        const steps = { epoch: 2, from: step, inputMs: column(1), stepMs: column(13) };
        appendFileSync(
          runPaths(last.folder).events(1),
          encodeEvent({ type: 'steps', ...steps, loss: column(0.5), accuracy: column(0.8) }, ++seq, Date.now()),
        );
        step += stepsALine;
        await new Promise((resolve) => setTimeout(resolve, writeEveryMs));
      }
      const seconds = (Date.now() - began) / 1000;
      const moved = await page.evaluate(() => (Reflect.get(window, 'upsizeMoved') as string[]).length);
      const each = moved / seconds;
      assert.ok(each > 1.2 && each < 12, `${each.toFixed(1)} times a second`);
      // What came last is shown.
      const share = Math.round(((step - 2000) / 1000) * 100);
      await status.getByText(`(${share}\u202f%)`).waitFor();
      assert.deepEqual(panel.complaints, []);
    } finally {
      follower.end();
      await panel.close();
      rmSync(folder, { recursive: true });
    }
  });
});
