import { strict as assert } from 'node:assert';
import { ProgressLines, progressLine, secondsLeft } from '../../../trainer/commands/trainingProgress.ts';
import {
  aboutText,
  bytesText,
  durationText,
  lossText,
  percent,
  points,
} from '../../../trainer/protocol/numberFormats.ts';
import { overviewOf, plannedOverviewOf } from '../../../trainer/protocol/overviewOf.ts';
import { emptySummary, reduceEvent, type Run } from '../../../trainer/protocol/runSummary.ts';
import { runLike } from '../runLike.ts';
import { completedEvents, WrittenWorkspace } from '../protocol/writtenRun.ts';

describe('progress of a run', () => {
  const workspace = new WrittenWorkspace();
  after(() => workspace.remove());
  const manifest = workspace.manifest('one');
  /** The run as it is after so many of its events. */
  const after_ = (count: number): Run => {
    const summary = emptySummary();
    for (const [index, event] of completedEvents().slice(0, count).entries()) {
      reduceEvent(summary, { ...event, seq: index + 1, time: 1000 * index });
    }
    const overview = overviewOf(plannedOverviewOf(manifest), summary);
    return {
      id: 'one',
      folder: '',
      overview,
      manifest,
      summary,
      state: summary.state,
      ownership: null,
      damagedLines: 0,
    };
  };

  it('shows stage, epoch, batch, speed, loss, val_accuracy and the time left in one line', () => {
    assert.equal(
      progressLine(after_(7), 'training a batch', 200),
      'stage 1 · 48 px · epoch 1/20 · ██░░░░░░░░░░ 2/10 · 320 images/s · loss 1.00 · ~20 s left',
    );
    assert.match(progressLine(after_(8), null, 200), /epoch 2\/20 · ░{12} 0\/10 .* val_accuracy 50\.0 % · ~80 s left$/);
    assert.match(progressLine(after_(2), 'loading the engine', 200), /preparing · loading the engine$/);
  });

  it('never is wider than the terminal', () => {
    for (const columns of [20, 40, 60]) assert.ok(progressLine(after_(8), null, columns).length < columns);
  });

  it('knows no time left before the first step, and none too little after', () => {
    assert.equal(secondsLeft(after_(4)), null);
    assert.equal(secondsLeft(after_(8)), 19 * 4);
  });

  it('keeps a line for each thing that happened, once', () => {
    const lines = new ProgressLines();
    assert.deepEqual(lines.take(after_(3)), []);
    const all = completedEvents().length;
    const said = [
      ...lines.take(after_(8)),
      ...lines.take(after_(8)),
      ...lines.take(after_(all)),
      ...lines.take(after_(all)),
    ];
    assert.equal(said.filter((line) => line.includes('epoch 1/20')).length, 1);
    assert.equal(said.filter((line) => line.includes('epoch 2/20')).length, 1);
    assert.equal(
      said.filter((line) => line.includes('320 images to train, 80 to validate, 2 classes, 3 left out')).length,
      1,
    );
    assert.match(said.at(-1) ?? '', /completed in .*Trained 2 epochs/);
  });

  it('says on what the engine computes where there is a choice', () => {
    const prepared = after_(5);
    const { engine } = prepared.summary;
    assert.ok(engine);
    for (const [gpuUsed, device] of [
      [true, 'NVIDIA H200'],
      [false, 'the processor'],
    ] as const) {
      const summary = { ...prepared.summary, engine: { ...engine, gpu: 'NVIDIA H200', gpuUsed } };
      const lines = new ProgressLines().take(runLike(prepared, { summary }));
      assert.ok(
        lines.some((line) => line.includes(` native engine on ${device}`)),
        lines.join('\n'),
      );
    }
  });

  it('says before training how a stage grows from its parent: layers, shapes, parameters, memory', () => {
    const grown = workspace.manifest('two', { parentId: 'one', size: 96 });
    const layer = (name: string, side: number, filters: number, fromParent: boolean) => {
      return {
        name,
        type: 'Conv2D',
        outputShape: [null, side, side, filters],
        parameters: 9,
        trainable: true,
        fromParent,
      };
    };
    const layers = [
      { ...layer('s96_input', 96, 3, false), type: 'InputLayer' },
      layer('s96_feeder', 48, 3, false),
      layer('s48_conv1', 48, 32, true),
      layer('s48_conv2', 24, 64, true),
    ];
    const prepared = runLike(after_(5), { manifest: grown });
    const lines = new ProgressLines({ layersOf: () => layers }).take(prepared);
    assert.deepEqual(lines.slice(-3), [
      'stage 1 · 96 px: 100 of 300 parameters train, about 1 bytes a step, native engine',
      '  new: s96_feeder (48 × 48 × 3)',
      '  of run one: 2 layers, from s48_conv1 (48 × 48 × 32) to s48_conv2 (24 × 24 × 64)',
    ]);
    const resized = new ProgressLines({ layersOf: () => layers.filter(({ fromParent }) => fromParent) }).take(prepared);
    assert.equal(resized.at(-2), '  no new layer');
    assert.equal(new ProgressLines({ layersOf: () => layers }).take(after_(5)).length, lines.length - 2);
  });

  it('does not repeat what was before a resume', () => {
    const lines = new ProgressLines({ earlier: after_(8) });
    assert.ok(!lines.take(after_(8)).some((line) => line.includes('epoch 1/20')));
  });
});

describe('numbers as people read them', () => {
  it('have their unit and no more digits than they deserve', () => {
    assert.equal(percent(0.5931), '59.3 %');
    assert.equal(percent(null), '–');
    assert.equal(points(0.062), '+6.2 pt');
    assert.equal(points(-0.0151), '-1.5 pt');
    assert.equal(points(-0.0001), '+0.0 pt');
    assert.equal(lossText(1.23456), '1.23');
    assert.equal(lossText(Number.NaN), 'NaN');
    assert.equal(durationText(252), '4 min 12 s');
    assert.equal(durationText(7500), '2 h 5 min');
    assert.equal(aboutText(125), '~2 min');
    assert.equal(bytesText(0), '0 bytes');
    assert.equal(bytesText(1_300_000_000), '1.3 GB');
    assert.equal(bytesText(999), '999 bytes');
  });
});
