import { strict as assert } from 'node:assert';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunOwner } from '../../../trainer/protocol/runFolder.ts';
import { runPaths, workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { thisProcess } from '../../../trainer/run/owner.ts';
import { TrainingSlot } from '../../../trainer/run/trainingSlot.ts';
import { completedEvents, WrittenWorkspace } from '../protocol/writtenRun.ts';

describe('the queue of a workspace', () => {
  let workspace: WrittenWorkspace;
  beforeEach(() => (workspace = new WrittenWorkspace()));
  afterEach(() => workspace.remove());

  const running = completedEvents().slice(0, 8);
  /** Another run with the slot, by the process that owns it. */
  const holding = (id: string, owner: Partial<RunOwner>, events = running) => {
    const folder = workspace.write(workspace.manifest(id, { created: Date.now() - 1000 }), events);
    const record = { attempt: 1, ...thisProcess(), ...owner };
    writeFileSync(runPaths(folder).owner(1), JSON.stringify(record));
    const { slots } = workspacePaths(workspace.directory);
    mkdirSync(slots, { recursive: true });
    writeFileSync(path.join(slots, '7.json'), JSON.stringify({ ...record, runId: id }));
    return folder;
  };
  const beat = (folder: string, secondsAgo: number) => {
    const time = Date.now() - 1000 * secondsAgo;
    writeFileSync(runPaths(folder).heartbeat, JSON.stringify({ time, attempt: 1, doing: 'training a batch' }));
  };
  const tryTake = () => {
    workspace.write(workspace.manifest('mine', { created: Date.now() }), []);
    return new TrainingSlot(workspace.directory, 'mine').tryTake();
  };
  const foreign = { host: 'gpu-7', time: Date.now() - 3_600_000 };

  it('waits for a run that is at work here', () => {
    holding('other', {});
    assert.deepEqual(tryTake(), { taken: false, waitsFor: 'other' });
  });

  it('waits for a run that is at work on another host, by its heartbeat', () => {
    beat(holding('other', foreign), 1);
    assert.deepEqual(tryTake(), { taken: false, waitsFor: 'other' });
  });

  it('goes on when that host was not heard for a minute', () => {
    beat(holding('other', foreign), 90);
    assert.deepEqual(tryTake(), { taken: true });
  });

  it('goes on when the run of another host has completed, whatever its heart does', () => {
    beat(holding('other', { ...foreign, time: Date.now() }, completedEvents()), 1);
    assert.deepEqual(tryTake(), { taken: true });
  });

  it('goes on when the holder is gone, also where its run has waited again since', () => {
    const folder = holding('other', { pid: 1, processStart: 'another time' });
    assert.deepEqual(tryTake(), { taken: true });
    assert.deepEqual(readdirSync(workspacePaths(workspace.directory).slots), ['8.json']);
    writeFileSync(runPaths(folder).owner(2), JSON.stringify({ attempt: 2, ...thisProcess() }));
    writeFileSync(
      path.join(workspacePaths(workspace.directory).slots, '9.json'),
      JSON.stringify({ ...thisProcess(), pid: 1, processStart: 'another time', runId: 'other' }),
    );
    // It was asked for earlier, so it goes first; the slot itself is free.
    assert.deepEqual(tryTake(), { taken: false, waitsFor: 'other' });
    assert.deepEqual(new TrainingSlot(workspace.directory, 'other').tryTake(), { taken: true });
  });

  it('goes on when the run that holds it is gone', () => {
    const { slots } = workspacePaths(workspace.directory);
    mkdirSync(slots, { recursive: true });
    writeFileSync(path.join(slots, '3.json'), JSON.stringify({ ...thisProcess(), host: 'gpu-7', runId: 'deleted' }));
    assert.deepEqual(tryTake(), { taken: true });
  });
});
