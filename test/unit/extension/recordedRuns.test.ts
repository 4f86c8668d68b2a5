import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adviceFor } from '../../../extension/nextStep/advice.ts';
import { RunFollower } from '../../../extension/runs/runFollower.ts';
import { runDescription } from '../../../extension/runs/runLabel.ts';
import { defaultRunList, runTree } from '../../../extension/runs/runTreeModel.ts';
import { RunTrash } from '../../../extension/runs/trash.ts';
import { runsIn } from './writtenRun.ts';

const recording = path.resolve(import.meta.dirname, '../../fixtures/runs/format1/runs');
const [first, second] = ['20261123-235337-16-6cd4c6', '20261123-235343-32-99fafd'];

describe('views of runs that were recorded in format 1', () => {
  let workspace = '';
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-recorded-'));
    cpSync(recording, path.join(workspace, '.upsize', 'runs'), { recursive: true });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('are one ladder, the larger stage on top, each with what it came to', () => {
    const runs = runsIn(workspace);
    const byId = new Map(runs.map((run) => [run.id, run]));
    const [ladder, ...others] = runTree({ runs, unreadable: [], annotations: new Map(), options: defaultRunList });
    assert.deepEqual(others, []);
    assert.ok(ladder?.kind === 'ladder');
    assert.equal(ladder.best, 1);
    assert.deepEqual(
      ladder.children.map((node) => node.kind === 'run' && [node.run.id, runDescription(node.run, byId)]),
      [
        [second, '100.0 % +33.3 · 3 s'],
        [first, '66.7 % · 4 s'],
      ],
    );
  });

  it('advise the next size after them, by the gain they brought', () => {
    const scan = { images: 30, sizes: [16, 32, 64], tooSmall: [0, 0, 3], errors: 0, warnings: 0 };
    const [advice] = adviceFor({ sizes: scan.sizes, configFile: 'upsize.json', runs: runsIn(workspace), scan });
    assert.equal(advice?.title, 'Train the next stage at 64 px');
    assert.deepEqual(advice.args, [{ runId: second }]);
    assert.match(advice.reasons.join('\n'), /32 px brought ▲ \+33\.3 pt/);
    assert.match(advice.reasons.join('\n'), /90 % of the images have the pixels for 64 px/);
  });

  it('are followed, deleted and brought back whole', async () => {
    const follower = new RunFollower(workspace, () => undefined);
    const ids = async () => {
      await follower.refresh();
      assert.deepEqual(follower.snapshot.unreadable, []);
      return follower.snapshot.runs.map(({ id }) => id);
    };
    assert.deepEqual(await ids(), [first, second]);
    const before = follower.snapshot.runs;
    const trash = new RunTrash(workspace);
    await trash.delete(first);
    assert.deepEqual(await ids(), [second]);
    trash.restore(first);
    assert.deepEqual(await ids(), [first, second]);
    assert.deepEqual(follower.snapshot.runs, before);
    follower.end();
  });
});
