import { strict as assert } from 'node:assert';
import type { RunEvent } from '../../../trainer/protocol/events.ts';
import { gainText } from '../../../trainer/protocol/gain.ts';
import { runRows } from '../../../trainer/protocol/runRow.ts';
import { valAccuracyOf, valLossOf } from '../../../trainer/protocol/runSummary.ts';
import { completedEvents, sha, WrittenWorkspace } from './writtenRun.ts';

describe('what a run is known by', () => {
  let workspace: WrittenWorkspace;
  beforeEach(() => (workspace = new WrittenWorkspace()));
  afterEach(() => workspace.remove());
  const child = { parentId: 'a', parentWeightsSha256: sha, parentWeights: 'model' as const };
  const changed = (events: readonly RunEvent[], change: (event: RunEvent) => RunEvent) => events.map(change);

  it('is the epoch whose weights would be saved, which is not always that of the highest accuracy', () => {
    const epochs = completedEvents(0.6, 3).slice(0, -4);
    // By val_loss the first epoch is the best, by val_accuracy the last.
    const kept = epochs.filter((event) => event.type !== 'checkpoint' || event.epoch === 1);
    const losses = changed(kept, (event) => (event.type === 'epoch' ? { ...event, valLoss: 1 + event.epoch } : event));
    workspace.write(workspace.manifest('a'), losses);
    const [run] = workspace.runs();
    assert.ok(run);
    assert.equal(run.summary.bestEpoch, 0);
    assert.ok(Math.abs((valAccuracyOf(run.summary) ?? 0) - 0.4) < 1e-9);
    assert.equal(valLossOf(run.summary), 1);
    assert.equal(runRows([run])[0]?.valLoss, 1);
  });

  it('is a gain over the parent on the same images', () => {
    workspace.write(workspace.manifest('a'), completedEvents(0.5));
    workspace.write(workspace.manifest('b', child), completedEvents(0.6));
    const row = runRows(workspace.runs()).find(({ id }) => id === 'b');
    assert.ok(Math.abs((row?.gain ?? 0) - 0.1) < 1e-9);
    assert.equal(row?.otherImages, false);
  });

  it('is no gain where split or labels are others, unless the images that both share were compared', () => {
    for (const [place, field] of (['splitHash', 'labelsHash'] as const).entries()) {
      const [parentId, id] = [`a${place}`, `b${place}`];
      workspace.write(workspace.manifest(parentId), completedEvents(0.5));
      const other = changed(completedEvents(0.9), (event) =>
        event.type === 'prepared' ? { ...event, [field]: 'b'.repeat(64) } : event,
      );
      workspace.write(workspace.manifest(id, { ...child, parentId }), other);
      const row = runRows(workspace.runs()).find((one) => one.id === id);
      assert.deepEqual([row?.gain, row?.otherImages], [null, true]);
      assert.equal(row && gainText(row), 'other images');
      const shared = changed(other, (event) =>
        event.type === 'evaluated'
          ? { ...event, sharedWithParent: { images: 40, accuracy: 0.75, parentAccuracy: 0.5 } }
          : event,
      );
      workspace.write(workspace.manifest(id, { ...child, parentId }), shared);
      const compared = runRows(workspace.runs()).find((one) => one.id === id);
      assert.deepEqual([compared?.gain, compared?.otherImages], [0.25, true]);
    }
  });
});
