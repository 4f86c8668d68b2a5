import { strict as assert } from 'node:assert';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DashboardPanel } from '../../extension/panels/dashboard/dashboardPanel.ts';
import { encodeEvent } from '../../trainer/protocol/events.ts';
import { runFolderOf, runPaths } from '../../trainer/protocol/runPaths.ts';
import { openDashboard, type HostedPanel } from './harness/openPanels.ts';
import { RecordedWorkspace } from './harness/recordedWorkspace.ts';
import { showRuns } from '../trainer/showRuns.ts';
import { assertShowsSame } from './harness/shownNumbers.ts';
import { writeLadder } from './harness/writtenLadder.ts';

const recordings = path.resolve(import.meta.dirname, '../fixtures/runs');

describe('numbers of the dashboard', function () {
  this.timeout(180_000);
  let folder: string;
  let panel: HostedPanel<DashboardPanel>;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-numbers-'));
  });
  afterEach(async () => {
    await panel.close();
    rmSync(folder, { recursive: true });
  });

  it('agree with upsize show --json while the ladder trains', async () => {
    const ids = writeLadder(folder, { lastState: 'running', lastEpochs: 4, stepsPerEpoch: 8, images: 120 });
    const workspace = new RecordedWorkspace(folder);
    panel = await openDashboard(workspace, ids[0] ?? '');
    const { page } = panel;
    const before = await showRuns(folder, ids);
    const planned = before.at(-1)?.config.stage.training.epochs;
    await page.getByText(`stage 3 of 3 · epoch 5/${planned}`).waitFor();
    await assertShowsSame(page, before);

    // The trainer finishes another epoch.
    const last = workspace.runs().at(-1);
    const epoch = last?.summary.epochs.at(-1);
    assert.ok(last && epoch);
    const { time: _time, ...columns } = epoch;
    const changed = { epoch: 4, step: 40, accuracy: 0.8125, valAccuracy: 0.7419, valLoss: 0.70651, seconds: 12.345 };
    const time = Date.UTC(2026, 2, 14, 10, 30);
    appendFileSync(
      runPaths(last.folder).events(1),
      encodeEvent({ type: 'epoch', ...columns, ...changed }, last.summary.lastSeq + 1, time),
    );
    workspace.changed();
    await page.getByText(`epoch 6/${planned}`).waitFor();
    const after = await showRuns(folder, ids);
    assert.equal(after.at(-1)?.epochRecords.length, 5);
    await assertShowsSame(page, after);
    assert.deepEqual(panel.complaints, []);
  });

  for (const format of readdirSync(recordings).filter((name) => name.startsWith('format'))) {
    it(`are those of the runs that a trainer recorded in ${format}`, async () => {
      const recorded = path.join(recordings, format, 'runs');
      const ids = readdirSync(recorded).sort();
      cpSync(recorded, path.dirname(runFolderOf(folder, ids[0] ?? '')), { recursive: true });
      panel = await openDashboard(new RecordedWorkspace(folder), ids[0] ?? '');
      const { page } = panel;
      await page.getByText('stage 2 of 2 · done').waitFor();
      await page.getByRole('img', { name: /^accuracy, % of / }).waitFor();
      await assertShowsSame(page, await showRuns(folder, ids));
      await page.getByRole('tab', { name: 'log' }).click();
      await page.getByText('Engine: native').waitFor();
      assert.deepEqual(panel.complaints, []);
    });
  }
});
