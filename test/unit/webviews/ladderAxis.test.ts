import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dashboardChanges, dashboardRuns, secondsLeft } from '../../../extension/panels/dashboard/dashboardRuns.ts';
import { ladderTitle } from '../../../extension/panels/dashboard/ladderTitle.ts';
import { readLogTail } from '../../../extension/panels/dashboard/readLogTail.ts';
import { ladderSizes } from '../../../trainer/protocol/ladder.ts';
import { encodeEvent, type RunEvent } from '../../../trainer/protocol/events.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { applyDashboardChange } from '../../../webviews/dashboard/applyDashboardChange.ts';
import { applyRunChange } from '../../../webviews/ladder/applyRunChange.ts';
import { ladderAxis } from '../../../webviews/ladder/ladderAxis.ts';
import { ladderCurves } from '../../../webviews/ladder/ladderCurves.ts';
import { runLabel, runLooks, stageOf } from '../../../webviews/ladder/runLooks.ts';
import { wantedSteps } from '../../../webviews/dashboard/useSteps.ts';
import { dashboardBoundary } from '../../../webviews/protocol/dashboard.ts';
import type { Theme } from '../../../webviews/ui/theme.ts';
import { forWire } from '../../../webviews/protocol/boundary.ts';
import { writeLadder } from '../../browser/harness/writtenLadder.ts';

describe('the dashboard of a ladder', () => {
  let folder: string;
  let ids: string[];
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-axis-'));
    ids = writeLadder(folder, { epochs: 6, stepsPerEpoch: 5, lastState: 'running', lastEpochs: 3, notFinite: true });
  });
  after(() => rmSync(folder, { recursive: true }));
  const look = (now = Date.now()) => dashboardRuns(new RunStore(folder).list().runs, ids[0] ?? '', () => null, now);

  it('puts each stage where its parent ends, on every axis', () => {
    const runs = look();
    for (const axis of ['epochs', 'steps', 'minutes', 'images'] as const) {
      const places = runs.map((run) => ladderAxis(runs, axis).get(run.runId));
      assert.equal(places[0]?.from, 0);
      assert.equal(places[1]?.from, places[0]?.to);
      assert.equal(places[2]?.from, places[1]?.to);
    }
    const [first, second] = runs.map((run) => ladderAxis(runs, 'epochs').get(run.runId));
    assert.deepEqual(first?.ends, [1, 2, 3, 4, 5, 6]);
    assert.equal(second?.ends[0], 7);
    const images = ladderAxis(runs, 'images').get(ids[0] ?? '');
    assert.deepEqual(images?.ends.at(-1), 6 * 5 * 32);
  });

  it('lays branches side by side from the fork', () => {
    const runs = look();
    const [root, child] = runs;
    assert.ok(root && child);
    const branch = { ...child, runId: 'branch' };
    const places = ladderAxis([root, child, branch], 'epochs');
    assert.equal(places.get('branch')?.from, places.get(child.runId)?.from);
  });

  it('finds the place of any step and the step of any place', () => {
    const runs = look();
    const place = ladderAxis(runs, 'minutes').get(ids[1] ?? '');
    for (const step of [0, 1, 7, 12, 15]) assert.ok(Math.abs((place?.stepAt(place.ofStep(step)) ?? 0) - step) < 1e-9);
  });

  it('reads never more step points than there are pixels, of what is shown alone', () => {
    const runs = look();
    const places = ladderAxis(runs, 'epochs');
    const all = wantedSteps(runs, places, 0, 12, 800);
    assert.ok(all.reduce((sum, { points }) => sum + points, 0) <= 410);
    assert.deepEqual(
      wantedSteps(runs, places, 0.5, 2, 800).map(({ runId, from, to }) => ({ runId, from, to })),
      [{ runId: ids[0], from: 2, to: 10 }],
    );
  });

  it('joins curves at the fork in whatever order the runs come', () => {
    const runs = look();
    const theme = { stageColor: (index: number, stages: number) => `${index} of ${stages}` } as Theme;
    const curves = (order: typeof runs) =>
      ladderCurves({ runs: order, metric: 'accuracy', axis: 'epochs', theme, smoothing: 0 });
    const reversed = [...runs].reverse();
    assert.deepEqual(
      [...ladderAxis(reversed, 'minutes')].map(([id, { from, to }]) => [id, from, to]),
      [...ladderAxis(runs, 'minutes')].map(([id, { from, to }]) => [id, from, to]),
    );
    const joint = curves(reversed).find(({ id }) => id === `${ids[1]} joint`);
    const ofParent = curves(reversed)
      .find(({ id }) => id === `${ids[0]} validation`)
      ?.points.at(-1);
    const own = curves(reversed).find(({ id }) => id === `${ids[1]} validation`)?.points[0];
    assert.deepEqual(joint?.points, [ofParent, own]);
    assert.equal(ofParent?.x, 6);
    // A run without its parent begins at 0, and two runs that name each other as parent end nothing.
    const [first, second] = runs;
    assert.ok(first && second);
    assert.equal(ladderAxis([second], 'epochs').get(second.runId)?.from, 0);
    assert.equal(ladderAxis([{ ...first, parentId: second.runId }, second], 'epochs').size, 2);
  });

  it('gives a planned size its colour before it is trained, the same among any runs', () => {
    assert.deepEqual(
      look().map((run) => [run.size, stageOf(run)]),
      [48, 96, 192].map((size, index) => [size, { index, stages: 3 }]),
    );
    const [first] = ladderSizes(new RunStore(folder).list().runs.slice(0, 1));
    assert.equal(first, 48);
    assert.deepEqual(ladderSizes(new RunStore(folder).list().runs.slice(0, 1)), [48, 96, 192]);
  });

  it('tells branches, and stages of other ladders, apart by name, dash and points', () => {
    const [root, child] = look();
    assert.ok(root && child);
    const branch = { ...child, runId: 'branch', twin: 2 };
    const other = { ...child, runId: 'other', ladderId: 'other', ladder: 'ladder 2', ladderSizes: [64, 96, 128] };
    const far = { ...other, runId: 'far', size: 64 };
    const theme = { stageColor: (index: number, stages: number) => `${index} of ${stages}` };
    const runs = [root, { ...child, twin: 1 }, branch, other, far];
    const looks = [...runLooks(runs, theme).values()];
    const signs = looks.map(({ color, dash, form }) => `${color}/${dash.join(' ')}/${form}`);
    assert.equal(new Set(signs).size, runs.length, signs.join('\n'));
    const [, one, two, three] = looks;
    assert.deepEqual(new Set([one, two, three].map((look) => look?.color)).size, 1);
    assert.equal(new Set([one, two, three].map((look) => String(look?.dash))).size, 3);
    assert.equal(new Set([one, two, three].map((look) => look?.form)).size, 3);
    assert.deepEqual(
      runs.map((run) => runLabel(run, runs)),
      ['48, ladder 1', '96 #1, ladder 1', '96 #2, ladder 1', '96, ladder 2', '64, ladder 2'],
    );
    assert.deepEqual(
      [root, branch].map((run) => runLabel(run, [root, branch])),
      ['48', '96 #2'],
    );
  });

  it('survives the way to the view, NaN and infinity included', () => {
    const state = dashboardBoundary.snapshot.parse(
      forWire({
        target: { folder, ladderId: ids[0] },
        title: ladderTitle(new RunStore(folder).list().runs, ids[0] ?? '', () => null),
        runs: look(),
        trusted: true,
      }),
    );
    assert.equal(state.title, 'Fruit, ladder 1');
    assert.ok(Number.isNaN(state.runs[0]?.epochs[3]?.loss));
    assert.equal(state.runs[0]?.epochs[3]?.valLoss, Infinity);
    assert.deepEqual(
      state.runs.map(({ gain }) => gain !== null),
      [false, true, true],
    );
  });

  it('tells changes as small as they are, and the view makes the same of them', () => {
    const before = look();
    const same = look();
    assert.deepEqual(
      dashboardChanges(before, same).filter(({ type }) => type === 'run'),
      [],
    );
    const [, , last] = before;
    assert.ok(last);
    const live = { ...last, live: { ...last.live, step: last.live.step + 1 } };
    const changes = dashboardChanges(before, [...before.slice(0, 2), live]);
    assert.deepEqual(
      changes.map(({ type }) => type),
      ['live'],
    );
    // Of an epoch that was added that one travels alone; of one that a resume trained anew, it and what came after.
    const grown = { ...last, epochs: last.epochs.slice(0, 2) };
    const [added] = dashboardChanges([grown], [last]);
    assert.ok(added?.type === 'run');
    assert.deepEqual([added.epochsFrom, added.run.epochs], [2, last.epochs.slice(2)]);
    assert.deepEqual(applyRunChange([grown], added), [last]);
    const anew = { ...last, epochs: last.epochs.map((epoch, at) => (at === 1 ? { ...epoch, seconds: 99 } : epoch)) };
    const [again] = dashboardChanges([last], [{ ...anew, state: 'stopped' }]);
    assert.ok(again?.type === 'run');
    assert.equal(again.epochsFrom, 1);
    assert.deepEqual(applyRunChange([last], again), [{ ...anew, state: 'stopped' }]);

    const shorter = { ...last, epochs: last.epochs.slice(0, 1) };
    const resumed = dashboardChanges(before, [...before.slice(1, 2), shorter]);
    assert.deepEqual(resumed.map(({ type }) => type).sort(), ['gone', 'run']);
    let state = { target: { folder, ladderId: 'x' }, title: '', runs: before, trusted: true };
    for (const change of resumed) state = applyDashboardChange(state, change);
    assert.deepEqual(
      state.runs.map(({ runId, epochs }) => [runId, epochs.length]),
      [
        [ids[1], 3],
        [ids[2], 1],
      ],
    );
  });

  it('says how long it will still take, and nothing of a finished run', () => {
    const runs = new RunStore(folder).list().runs;
    const last = runs.at(-1);
    assert.ok(last && runs[0]);
    const now = last.summary.epochs.at(-1)?.time ?? 0;
    const each = last.summary.epochs[0]?.seconds ?? 0;
    assert.ok(Math.abs((secondsLeft(last, now) ?? 0) - 3 * each) < 1e-6);
    assert.equal(secondsLeft(runs[0], now), null);
  });

  it('reads the end of the log as lines for people', async () => {
    const lines = await readLogTail(path.join(folder, '.upsize/runs', ids[1] ?? ''));
    assert.ok(lines.some(({ text }) => text.startsWith('Engine: native')));
    assert.ok(lines.some(({ text }) => text === 'Freeze proof: 12 tensors unchanged'));
    assert.ok(!lines.some(({ text }) => text.includes('undefined')));
  });

  it('finds the last lines of a log behind hours of step metrics, and none of a run that is gone', async () => {
    const long = mkdtempSync(path.join(tmpdir(), 'upsize-log-'));
    try {
      const zeros = Array.from({ length: 2000 }, () => 0.125);
      const steps = { type: 'steps', epoch: 0, loss: zeros, accuracy: zeros, inputMs: zeros, stepMs: zeros } as const;
      const said = (message: string) => ({ type: 'log', level: 'warning', message }) as const;
      let seq = 0;
      const line = (event: RunEvent) => encodeEvent(event, ++seq, 1_000 + seq);
      writeFileSync(runPaths(long).events(1), line(said('first')) + line(said('with ü, over the edge of a chunk')));
      const many = Array.from({ length: 60 }, (_, at) => line({ ...steps, from: at * 2000 }));
      writeFileSync(runPaths(long).events(2), line(said('second')) + many.join('') + '{"torn');
      assert.deepEqual(
        (await readLogTail(long)).map(({ text }) => text),
        ['first', 'with ü, over the edge of a chunk', 'second'],
      );
      const chatty = Array.from({ length: 500 }, (_, at) => line(said(`line ${at} ${'ü'.repeat(700)}`)));
      writeFileSync(runPaths(long).events(3), chatty.join(''));
      const lines = await readLogTail(long);
      assert.equal(lines.length, 200);
      assert.deepEqual(
        [lines[0], lines.at(-1)].map((one) => one?.text.slice(0, 9).trim()),
        ['line 300', 'line 499'],
      );
    } finally {
      rmSync(long, { recursive: true });
    }
    await assert.rejects(readLogTail(long), /folder of this run is gone/);
  });
});
