import { strict as assert } from 'node:assert';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeEvent, type RunEvent } from '../../../trainer/protocol/events.ts';
import { laddersOf, lineageOf } from '../../../trainer/protocol/ladder.ts';
import { bootId, processStart } from '../../../trainer/protocol/processIdentity.ts';
import { runFolderOf, runPaths, workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { gainPerMinute, runRows } from '../../../trainer/protocol/runRow.ts';
import { stateText } from '../../../trainer/protocol/stateText.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { EventWriter } from '../../../trainer/run/eventWriter.ts';
import { completedEvents, sha, WrittenWorkspace } from './writtenRun.ts';

describe('RunStore', () => {
  let workspace: WrittenWorkspace;
  beforeEach(() => (workspace = new WrittenWorkspace()));
  afterEach(() => workspace.remove());
  const running = () => completedEvents().slice(0, 8);

  it('is empty where there is no .upsize', () => {
    assert.deepEqual(new RunStore(workspace.directory).list(), { runs: [], unreadable: [] });
  });

  it('derives a summary from the log alone', () => {
    workspace.write(workspace.manifest('one'), completedEvents(0.6));
    const [run] = workspace.runs();
    assert.equal(run?.state, 'completed');
    assert.equal(run?.summary.epochs.length, 2);
    assert.equal(run?.summary.bestEpoch, 1);
    assert.equal(run?.summary.prepared?.leftOut, 3);
    assert.equal(run?.summary.lastStep?.imagesPerSecond, 320);
  });

  it('follows a log that grows, also into a resume that takes epochs back', () => {
    const folder = workspace.write(workspace.manifest('one'), running());
    const store = new RunStore(workspace.directory);
    const stepsNow = () => {
      const run = store.get('one');
      return run !== null && 'summary' in run ? [run.summary.step, run.summary.epochs.length] : null;
    };
    assert.deepEqual(stepsNow(), [10, 1]);
    const rest = completedEvents().slice(8, 11);
    rest.push({ type: 'resumed', fromStep: 10, fromEpoch: 1, afterSeq: 8, checkpoint: 'last-10' });
    appendFileSync(runPaths(folder).events(1), rest.map((event, index) => encodeEvent(event, 9 + index, 5)).join(''));
    assert.deepEqual(stepsNow(), [10, 1]);
  });

  it('shows a damaged run and one of a newer Upsize as such, and hides no other', () => {
    workspace.write(workspace.manifest('good'), completedEvents());
    const broken = workspace.write(workspace.manifest('broken'), []);
    writeFileSync(runPaths(broken).manifest, '{"version": 1, "id"');
    const newer = workspace.write(workspace.manifest('newer'), []);
    writeFileSync(runPaths(newer).manifest, '{"version": 99}');
    const foreign = workspace.write(workspace.manifest('foreign'), []);
    writeFileSync(runPaths(foreign).manifest, JSON.stringify(workspace.manifest('good')));
    const { runs, unreadable } = new RunStore(workspace.directory).list();
    assert.deepEqual(
      runs.map(({ id }) => id),
      ['good'],
    );
    assert.deepEqual(Object.fromEntries(unreadable.map(({ id, kind }) => [id, kind])), {
      broken: 'damaged',
      newer: 'newer',
      foreign: 'damaged',
    });
    assert.match(unreadable.find(({ id }) => id === 'newer')?.message ?? '', /made by a newer Upsize/);
  });

  it('shows a run whose log a newer Upsize wrote as made by it, from the attempt on that did', () => {
    const folder = workspace.write(workspace.manifest('one'), completedEvents());
    const store = new RunStore(workspace.directory);
    assert.equal(store.list().runs.length, 1);
    const [attempt] = completedEvents();
    assert.ok(attempt?.type === 'attempt');
    appendFileSync(runPaths(folder).events(1), encodeEvent({ ...attempt, attempt: 2, version: 99 }, 90, 5));
    for (const { runs, unreadable } of [store.list(), new RunStore(workspace.directory).list()]) {
      assert.deepEqual(runs, []);
      assert.partialDeepStrictEqual(unreadable, [{ id: 'one', kind: 'newer' }]);
      assert.match(unreadable[0]?.message ?? '', /made by a newer Upsize \(format 99/);
    }
    assert.throws(() => new EventWriter(folder), /newer Upsize/);
  });

  it('loses a damaged line of a log and nothing else', () => {
    const folder = workspace.write(workspace.manifest('one'), completedEvents());
    const file = runPaths(folder).events(1);
    rmSync(file);
    for (const [index, event] of completedEvents().entries()) {
      const line = encodeEvent(event, index + 1, 1000 * index);
      appendFileSync(file, event.type === 'model' ? line.replace('100', '999') : line);
    }
    const [run] = workspace.runs();
    assert.equal(run?.state, 'completed');
    assert.equal(run?.damagedLines, 1);
    assert.equal(run?.summary.model, null);
  });

  it('calls a run interrupted when its process is gone, and only then', () => {
    const folder = workspace.write(workspace.manifest('one', { created: Date.now() }), running());
    const own = { attempt: 1, host: os.hostname(), bootId: bootId(), nonce: 'n', time: 1 };
    const write = (owner: object) => writeFileSync(runPaths(folder).owner(1), JSON.stringify({ ...own, ...owner }));
    write({ pid: process.pid, processStart: processStart(process.pid) });
    assert.equal(workspace.runs()[0]?.state, 'running');
    // The same number, another process: what a reused process id looks like.
    write({ pid: process.pid, processStart: 'another time' });
    assert.equal(workspace.runs()[0]?.state, 'interrupted');
    write({ pid: process.pid, processStart: processStart(process.pid), bootId: 'before the restart' });
    assert.equal(workspace.runs()[0]?.state, 'interrupted');
  });

  it('judges a run of another host by its heartbeat: at work while it beats, not known of later', () => {
    const folder = workspace.write(workspace.manifest('one', { created: Date.now() }), running());
    const owner = { attempt: 2, host: 'gpu-7', bootId: 'b', pid: 1, processStart: 'x', nonce: 'n', time: Date.now() };
    const write = (seconds: number, attempt = 2) => {
      const time = Date.now() - 1000 * seconds;
      writeFileSync(runPaths(folder).owner(2), JSON.stringify({ ...owner, time: Date.now() - 3_600_000 }));
      writeFileSync(runPaths(folder).heartbeat, JSON.stringify({ time, attempt, doing: 'training a batch' }));
      const [run] = workspace.runs();
      const [row] = runRows(run ? [run] : []);
      return row && [row.state, stateText(row.state, row.elsewhere)];
    };
    assert.deepEqual(write(2), ['running', 'running (host gpu-7)']);
    assert.deepEqual(write(120), ['interrupted', 'unknown (host gpu-7, last heard 2 min 0 s ago)']);
    // A heartbeat of an earlier attempt says nothing of this one.
    assert.deepEqual(write(2, 1), ['interrupted', 'unknown (host gpu-7, last heard 1 h 0 min ago)']);
  });

  it('reads the log again before it calls a run interrupted: its end may have come in between', () => {
    const folder = workspace.write(workspace.manifest('one', { created: Date.now() }), running());
    const owner = { attempt: 1, host: 'h', bootId: 'b', nonce: 'n', pid: 1, processStart: 'x', time: 1 };
    const last: RunEvent = { type: 'state', state: 'completed', message: null, signal: null };
    let asked = 0;
    const store = new RunStore(workspace.directory, {
      ownershipOf: () => {
        if (asked++ === 0) appendFileSync(runPaths(folder).events(1), encodeEvent(last, 9, 9000));
        return { kind: 'dead', owner };
      },
    });
    const [run] = store.list().runs;
    assert.equal(run?.state, 'completed');
  });

  it('counts the time of work, not the time in the queue or between attempts', () => {
    const manifest = workspace.manifest('one');
    const folder = workspace.write(manifest, []);
    const at = (seconds: number) => manifest.created + 1000 * seconds;
    const state = (name: 'queued' | 'preparing' | 'stopped' | 'completed'): RunEvent => ({
      type: 'state',
      state: name,
      message: null,
      signal: null,
    });
    const [attempt] = completedEvents();
    if (!attempt) throw new Error('there is an attempt');
    const timed: [number, RunEvent][] = [
      [0, attempt],
      [1, state('queued')],
      [100, state('preparing')],
      [130, state('stopped')],
      [1000, attempt],
      [1001, state('preparing')],
      [1011, state('completed')],
    ];
    writeFileSync(
      runPaths(folder).events(1),
      timed.map(([second, event], index) => encodeEvent(event, index + 1, at(second))).join(''),
    );
    assert.equal(workspace.runs()[0]?.summary.seconds, 40);
  });

  it('never makes a path of an id that is none', () => {
    assert.equal(new RunStore(workspace.directory).get('../../etc'), null);
    assert.throws(() => runFolderOf(workspace.directory, '../x'));
    mkdirSync(path.join(workspacePaths(workspace.directory).runs, 'Not An Id'), { recursive: true });
    assert.deepEqual(new RunStore(workspace.directory).list(), { runs: [], unreadable: [] });
  });
});

describe('ladders and rows', () => {
  let workspace: WrittenWorkspace;
  before(() => {
    workspace = new WrittenWorkspace();
    const child = (id: string, parentId: string, stageIndex: number, accuracy: number) =>
      workspace.write(
        workspace.manifest(id, {
          parentId,
          ladderId: 'a',
          parentWeightsSha256: sha,
          parentWeights: 'model',
          stageIndex,
        }),
        completedEvents(accuracy),
      );
    workspace.write(workspace.manifest('a'), completedEvents(0.5));
    child('b', 'a', 1, 0.6);
    child('c', 'b', 2, 0.7);
    child('d', 'a', 1, 0.4);
    workspace.write(workspace.manifest('e'), completedEvents(0.9));
  });
  after(() => workspace.remove());

  it('group runs by their root, newest ladder first, branches included', () => {
    const [newest, older] = laddersOf(workspace.runs());
    assert.equal(newest?.id, 'e');
    assert.deepEqual(
      older?.roots.map((node) => [node.run.id, node.children.map(({ run }) => run.id)]),
      [['a', ['b', 'd']]],
    );
    const byId = new Map(workspace.runs().map((run) => [run.id, run]));
    const c = byId.get('c');
    assert.deepEqual(c && lineageOf(c, byId).map(({ id }) => id), ['a', 'b', 'c']);
  });

  it('give accuracy of the saved weights, gain over the parent, and work in seconds', () => {
    const rows = new Map(runRows(workspace.runs()).map((row) => [row.id, row]));
    const row = rows.get('b');
    assert.equal(row?.size, 96);
    assert.equal(row?.valAccuracy, 0.6);
    assert.ok(Math.abs((row?.gain ?? 0) - 0.1) < 1e-12);
    assert.equal(rows.get('a')?.gain, null);
    // 640 images in 2 × (4 − 0.8) seconds without evaluation.
    assert.equal(row?.imagesPerSecond, 100);
    assert.equal(gainPerMinute({ gain: 0.1, seconds: 30 }), 0.2);
    assert.equal(gainPerMinute({ gain: null, seconds: 30 }), null);
  });

  it('keep a run whose parent is gone', () => {
    const runs = workspace.runs().filter(({ id }) => id !== 'b');
    const ladder = laddersOf(runs).find(({ id }) => id === 'a');
    assert.deepEqual(
      ladder?.roots.map(({ run }) => run.id),
      ['a', 'c'],
    );
  });
});
