import { strict as assert } from 'node:assert';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { ActiveConfig } from '../../../extension/config/activeConfig.ts';
import { AnnotationStore } from '../../../extension/runs/annotationStore.ts';
import { RunFollower, type RunsSnapshot } from '../../../extension/runs/runFollower.ts';
import { RunTrash } from '../../../extension/runs/trash.ts';
import { bootId, processStart } from '../../../trainer/protocol/processIdentity.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { eventLines } from '../../writtenRun.ts';
import { epochEvent, writeRun } from './writtenRun.ts';

describe('what the extension keeps and reads in .upsize', () => {
  let workspace = '';
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-files-'));
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('shows runs that come, grow and go, each by itself', async () => {
    let snapshot: RunsSnapshot = { runs: [], unreadable: [] };
    const follower = new RunFollower(workspace, (now) => {
      snapshot = now;
    });
    const epochs = () => snapshot.runs.map((run) => run.summary.epochs.length);
    await follower.refresh();
    assert.deepEqual(epochs(), []);
    const folder = writeRun(workspace, { id: 'a', accuracies: [0.1] });
    await follower.refresh();
    assert.deepEqual(epochs(), [1]);
    appendFileSync(runPaths(folder).events(1), eventLines([epochEvent(1, 0.2)], 9000, 100));
    await follower.refresh();
    assert.deepEqual(epochs(), [2]);
    writeRun(workspace, { id: 'b' });
    writeFileSync(runPaths(folder).manifest, 'x');
    rmSync(folder, { recursive: true });
    await follower.refresh();
    assert.deepEqual(
      snapshot.runs.map(({ id }) => id),
      ['b'],
    );
    follower.end();
  });

  it('shows what cannot be read beside what can', async () => {
    writeRun(workspace, { id: 'good' });
    writeFileSync(runPaths(writeRun(workspace, { id: 'newer' })).manifest, '{"version": 99}');
    writeFileSync(runPaths(writeRun(workspace, { id: 'torn' })).manifest, '{"vers');
    const follower = new RunFollower(workspace, () => undefined);
    await follower.refresh();
    follower.end();
    const { runs, unreadable } = follower.snapshot;
    assert.deepEqual(
      runs.map(({ id }) => id),
      ['good'],
    );
    assert.deepEqual(unreadable.map(({ id, kind }) => [id, kind]).sort(), [
      ['newer', 'newer'],
      ['torn', 'damaged'],
    ]);
  });

  it('keeps what is said of a run over windows, each change beside the others', () => {
    const one = new AnnotationStore(workspace);
    const other = new AnnotationStore(workspace);
    one.change('a', { name: 'First', starred: true });
    assert.equal(other.refresh(), true);
    other.change('a', { tags: ['good'] });
    one.refresh();
    assert.deepEqual(one.of('a'), { version: 1, name: 'First', starred: true, tags: ['good'], note: '' });
    one.change('a', { name: ' ' });
    assert.equal(one.of('a').name, undefined);
    assert.throws(() => one.change('../a', { name: 'x' }));
  });

  it('brings a deleted run back as it was, and forgets it after 30 days', async () => {
    const folder = writeRun(workspace, { id: 'a' });
    const log = readFileSync(runPaths(folder).events(1), 'utf8');
    const trash = new RunTrash(workspace);
    assert.equal(trash.isEmpty, true);
    await trash.delete('a');
    assert.equal(existsSync(folder), false);
    assert.equal(trash.isEmpty, false);
    trash.restore('a');
    assert.equal(readFileSync(runPaths(folder).events(1), 'utf8'), log);
    await trash.delete('a');
    assert.equal(await trash.empty(), 0);
    const old = Date.now() / 1000 - 31 * 24 * 3600;
    utimesSync(trash.list()[0]?.folder ?? '', old, old);
    assert.equal(await trash.empty(), 1);
    assert.deepEqual(trash.list(), []);
    await assert.rejects(trash.delete('../../etc'));
  });

  it('deletes no run that a process has taken since it was last looked at', async () => {
    const folder = writeRun(workspace, { id: 'a', state: 'stopped' });
    const trash = new RunTrash(workspace);
    const start = processStart(process.pid);
    assert.ok(start !== null);
    const owner = { host: hostname(), bootId: bootId(), pid: process.pid, processStart: start, nonce: 'n', time: 0 };
    // The next attempt's process is there and has said nothing yet.
    writeFileSync(runPaths(folder).owner(2), JSON.stringify({ attempt: 2, ...owner }));
    await assert.rejects(trash.delete('a'), /Run a is at work and cannot be deleted; stop it first/);
    assert.ok(existsSync(folder));
    writeFileSync(runPaths(folder).owner(2), JSON.stringify({ attempt: 2, ...owner, processStart: 'earlier' }));
    await trash.delete('a');
    assert.equal(existsSync(folder), false);
  });

  it('goes by upsize.json, else by the one that was chosen', () => {
    const kept = new Map<string, string>();
    const memory = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: string | undefined) =>
        void (value === undefined ? kept.delete(key) : kept.set(key, value)),
    };
    const config = new ActiveConfig(workspace, memory);
    assert.equal(config.file, null);
    writeFileSync(path.join(workspace, 'b.upsize.json'), '{ "dataset": "more" }');
    assert.equal(config.refresh(), true);
    assert.equal(config.refresh(), false);
    assert.equal(config.relativeFile, 'b.upsize.json');
    writeFileSync(path.join(workspace, 'upsize.json'), '{ "dataset": "photos" } // all');
    config.refresh();
    assert.equal(config.dataset, path.join(workspace, 'photos'));
    config.choose(path.join(workspace, 'b.upsize.json'));
    assert.equal(new ActiveConfig(workspace, memory).dataset, path.join(workspace, 'more'));
    writeFileSync(path.join(workspace, 'b.upsize.json'), '{ "dataset": }');
    assert.equal(config.refresh(), true);
    assert.equal(config.config, null);
  });
});
