import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { encodeEvent, type RunEvent } from '../../../trainer/protocol/events.ts';
import { runFolderOf, runPaths, workspacePaths } from '../../../trainer/protocol/runPaths.ts';
import { runIndexFile } from '../../../trainer/protocol/runIndex.ts';
import { runRows } from '../../../trainer/protocol/runRow.ts';
import { RunStore } from '../../../trainer/protocol/runStore.ts';
import { bytesRead } from './bytesRead.ts';
import { completedEvents, sha, WrittenWorkspace } from './writtenRun.ts';

const count = 60;
const idOf = (run: number) => `run-${run}`;

describe('the index of runs', function () {
  this.timeout(60_000);
  let workspace: WrittenWorkspace;
  beforeEach(() => {
    workspace = new WrittenWorkspace();
    for (let run = 0; run < count; run++) {
      const parent = { parentId: idOf(run - 1), parentWeightsSha256: sha, parentWeights: 'model' as const };
      const manifest = workspace.manifest(idOf(run), { size: 48, ...(run % 3 === 0 ? {} : parent) });
      workspace.write(manifest, completedEvents(0.3 + run / 100, 3));
      lieFor(idOf(run), 3600);
    }
  });
  afterEach(() => workspace.remove());

  const folderOf = (id: string) => runFolderOf(workspace.directory, id);
  const logOf = (id: string) => runPaths(folderOf(id)).events(1);
  const indexFile = () => runIndexFile(workspace.directory);
  /** As if nothing had happened to a run for so many seconds. */
  const lieFor = (id: string, seconds: number) => {
    const time = Date.now() / 1000 - seconds;
    for (const file of [logOf(id), folderOf(id)]) utimesSync(file, time, time);
  };
  const append = (id: string, ...events: RunEvent[]) =>
    appendFileSync(logOf(id), events.map((event, place) => encodeEvent(event, 500 + place, 5_000_000)).join(''));
  /** Everything that a new program knows of all runs. */
  const listed = () => {
    const { runs, unreadable } = new RunStore(workspace.directory).list();
    const whole = runs.map(({ manifest, summary, state, damagedLines }) => ({
      manifest,
      summary,
      state,
      damagedLines,
    }));
    return { rows: runRows(runs), whole, unreadable };
  };
  /** What a new program lists is what one lists that has no index. */
  const assertTrue = () => {
    const byIndex = listed();
    const kept = existsSync(indexFile()) ? readFileSync(indexFile()) : null;
    rmSync(indexFile(), { force: true });
    const byFolders = listed();
    assert.deepEqual(byIndex, byFolders);
    if (kept) writeFileSync(indexFile(), kept);
    return byIndex;
  };

  it('lists runs without reading their logs, as the logs have them', () => {
    listed();
    const rows = (): unknown => runRows(new RunStore(workspace.directory).list().runs);
    assert.equal(bytesRead(rows), statSync(indexFile()).size);
    assert.equal(assertTrue().rows.length, count);
  });

  it('is not made where there are few runs', () => {
    for (let run = 20; run < count; run++) rmSync(folderOf(idOf(run)), { recursive: true });
    listed();
    assert.ok(!existsSync(indexFile()));
  });

  it('shows a run that came, one that went, one that was renamed and one that was put back', () => {
    listed();
    workspace.write(workspace.manifest('newest'), completedEvents(0.9));
    rmSync(folderOf(idOf(3)), { recursive: true });
    renameSync(folderOf(idOf(4)), folderOf('renamed'));
    renameSync(folderOf(idOf(5)), path.join(workspace.directory, 'aside'));
    const { rows, unreadable } = assertTrue();
    const ids = rows.map(({ id }) => id);
    assert.equal(ids.length, count - 2);
    assert.ok(ids.includes('newest') && ![3, 4, 5].some((run) => ids.includes(idOf(run))));
    assert.deepEqual(
      unreadable.map(({ id }) => id),
      ['renamed'],
    );
    renameSync(path.join(workspace.directory, 'aside'), folderOf(idOf(5)));
    assert.ok(assertTrue().rows.some(({ id }) => id === idOf(5)));
  });

  it('shows what was appended to a log, in its first file and in a new one', () => {
    listed();
    const evaluated = completedEvents(0.99).find(({ type }) => type === 'evaluated');
    assert.ok(evaluated?.type === 'evaluated');
    append(idOf(1), evaluated);
    writeFileSync(runPaths(folderOf(idOf(2))).events(2), encodeEvent({ ...evaluated, split: 'test' }, 600, 5));
    const { rows } = assertTrue();
    assert.equal(rows.find(({ id }) => id === idOf(1))?.valAccuracy, 0.99);
    assert.equal(rows.find(({ id }) => id === idOf(2))?.testLooks, 1);
    for (const id of [idOf(1), idOf(2)]) lieFor(id, 1800);
    assertTrue();
    // Of a log of several files the newest is looked at.
    appendFileSync(runPaths(folderOf(idOf(2))).events(2), encodeEvent({ ...evaluated, split: 'test' }, 601, 6));
    assert.equal(assertTrue().rows.find(({ id }) => id === idOf(2))?.testLooks, 2);
  });

  it('shows a run whose manifest was replaced, also where its log was written to', () => {
    listed();
    const larger = (id: string) => {
      const next = path.join(workspace.directory, 'next.json');
      writeFileSync(next, JSON.stringify(workspace.manifest(id, { size: 224 })));
      renameSync(next, runPaths(folderOf(id)).manifest);
    };
    larger(idOf(6));
    larger(idOf(9));
    append(idOf(9), { type: 'log', level: 'information', message: 'Looked at again.' });
    rmSync(runPaths(folderOf(idOf(12))).manifest);
    const { rows } = assertTrue();
    assert.deepEqual(
      [6, 9, 12].map((run) => rows.find(({ id }) => id === idOf(run))?.size),
      [224, 224, undefined],
    );
  });

  it('shows how a live run goes on, and that its process is gone', () => {
    const events = completedEvents(0.5, 3);
    const id = 'live';
    workspace.write(workspace.manifest(id), events.slice(0, 8));
    const owner = { attempt: 1, host: 'h', bootId: 'b', nonce: 'n', pid: 1, processStart: 'x', time: 1 };
    let kind: 'alive' | 'dead' = 'alive';
    const seen = () => {
      const store = new RunStore(workspace.directory, { ownershipOf: () => ({ kind, owner }) });
      const run = store.list().runs.find((one) => one.id === id);
      return [run?.state, run?.overview.epochs, run?.summary.epochs.length];
    };
    lieFor(id, 60);
    assert.deepEqual(seen(), ['running', 1, 1]);
    append(id, ...events.slice(8, 11));
    assert.deepEqual(seen(), ['running', 2, 2]);
    lieFor(id, 30);
    assert.deepEqual(seen(), ['running', 2, 2]);
    kind = 'dead';
    assert.deepEqual(seen(), ['interrupted', 2, 2]);
    const { size } = statSync(indexFile());
    assert.equal(bytesRead(seen), size + statSync(logOf(id)).size);
  });

  it('is followed by who looks again: what is appended to a run of it is added to what it came to', () => {
    listed();
    const store = new RunStore(workspace.directory);
    store.list();
    append(idOf(7), { type: 'resumed', fromStep: 10, fromEpoch: 1, afterSeq: 8, checkpoint: 'last-10' });
    const run = store.list().runs.find(({ id }) => id === idOf(7));
    assert.deepEqual([run?.overview.epochs, run?.summary.epochs.length], [1, 1]);
  });

  it('does not take in a run that something happened to a moment ago: what comes next may bear the same time', () => {
    const now = Date.now() / 1000;
    utimesSync(logOf(idOf(9)), now, now);
    listed();
    const text = readFileSync(logOf(idOf(9)), 'utf8');
    // As long as before and at the same time, as a file system with coarse times may have it.
    writeFileSync(logOf(idOf(9)), text.replace('"completed"', '"cancelled"'));
    utimesSync(logOf(idOf(9)), now, now);
    assertTrue();
  });

  it('keeps metrics that are no numbers', () => {
    const events = completedEvents(0.5).map((event) =>
      event.type === 'evaluated' ? { ...event, loss: Number.NaN } : event,
    );
    workspace.write(workspace.manifest('diverged'), events);
    lieFor('diverged', 60);
    listed();
    assert.equal(assertTrue().rows.find(({ id }) => id === 'diverged')?.valLoss, Number.NaN);
  });

  it('is made anew where it is damaged or of another Upsize', () => {
    listed();
    const whole = readFileSync(indexFile());
    const flipped = Buffer.from(whole);
    flipped[5000] = (flipped[5000] ?? 0) ^ 1;
    const other = Buffer.from(whole.toString('utf8').replace('"format":2', '"format":9'));
    for (const bytes of [flipped, other, whole.subarray(0, 3000), Buffer.alloc(0), Buffer.from('00000000\n{}')]) {
      writeFileSync(indexFile(), bytes);
      assertTrue();
      listed();
      assert.deepEqual(readFileSync(indexFile()), whole);
    }
  });

  it('comes from a folder that anyone may have made: cells of other kinds than it has are none', () => {
    listed();
    const whole = readFileSync(indexFile(), 'utf8').slice(9);
    const strange = [
      whole.replace(/"texts":\[.*?\]/, '"texts":[{},7,null]'),
      whole.replace(/"id":\[.*?\]/, '"id":[-1,0.5,1e9,"0",{},[]]'),
      whole.replace(/"folderTime":\[.*?\]/, '"folderTime":[]'),
      whole.replace(/"logBytes":\[.*?\]/, '"logBytes":"none"'),
      'null',
      '[',
    ];
    for (const content of strange) {
      assert.notEqual(content, whole);
      writeFileSync(indexFile(), `${crc32(content).toString(16).padStart(8, '0')}\n${content}`);
      assert.equal(assertTrue().rows.length, count);
    }
  });

  it('is done without where it cannot be written', () => {
    const { cache } = workspacePaths(workspace.directory);
    rmSync(cache, { recursive: true, force: true });
    writeFileSync(cache, 'a file where the folder should be');
    assert.equal(listed().rows.length, count);
    rmSync(cache);
    mkdirSync(cache);
  });

  it('is whole for everyone while several programs write it', async () => {
    const program = `
      import { rmSync } from 'node:fs';
      import { RunStore } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../../trainer/protocol/runStore.ts'))};
      for (let round = 0; round < 15; round++) {
        if (round % 3 === 0) rmSync(${JSON.stringify(indexFile())}, { force: true });
        const { runs } = new RunStore(${JSON.stringify(workspace.directory)}).list();
        if (runs.length !== ${count} || runs.some(({ state }) => state !== 'completed')) throw new Error('not all');
      }`;
    const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    await Promise.all([start(), start()]);
    assertTrue();
    const left = readdirSync(workspacePaths(workspace.directory).cache);
    assert.deepEqual(left, [path.basename(indexFile())]);
  });
});
