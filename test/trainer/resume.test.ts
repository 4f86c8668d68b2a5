import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newestOwner, ownershipOf } from '../../trainer/protocol/ownership.ts';
import { processStart } from '../../trainer/protocol/processIdentity.ts';
import { requestStop } from '../../trainer/protocol/stopRequest.ts';
import { TrainingSlot } from '../../trainer/run/trainingSlot.ts';
import { resumeRun } from '../../trainer/stages/startRun.ts';
import { countSteps } from '../../trainer/protocol/stepColumns.ts';
import { eventually } from '../eventually.ts';
import { assertSameRun, trainKilled, trainUndisturbed } from './killedRuns.ts';
import { madeByUpsize } from './madeByUpsize.ts';
import { runUpsize } from './runUpsize.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

describe('a run that is stopped, killed or asked for twice', function () {
  this.timeout(240_000);
  let workspace: TinyWorkspace;
  let undisturbed: { id: string; sha256: string };
  before(async () => {
    workspace = await TinyWorkspace.make();
    undisturbed = await trainUndisturbed(workspace, workspace.config());
  });
  after(() => workspace.remove());

  it('gives the same weights again when it is run again', async () => {
    const again = await trainUndisturbed(workspace, workspace.config());
    assertSameRun(workspace, undisturbed.id, again.id);
  });

  it('ends with the very weights of an undisturbed run after being killed in an epoch', async () => {
    const id = await workspace.train(workspace.config(), { newLadder: true });
    await workspace.until(id, (run) => run.summary.step >= 9, 'in the second epoch');
    workspace.kill(id);
    const run = await workspace.untilState(id, 'interrupted');
    await resumeRun(run);
    const { summary } = await workspace.untilState(id, 'completed');
    assert.equal(summary.attempt, 2);
    assertSameRun(workspace, undisturbed.id, id);
    assert.equal(countSteps(run.folder, 'loss'), summary.step);
  });

  it('ends with the same weights after being killed at any other moment', async () => {
    const kills = ['starting', 'mid-epoch', 'mid-checkpoint', 'evaluating'] as const;
    const { ids, found } = await trainKilled(workspace, workspace.config(), kills);
    for (const id of ids) assertSameRun(workspace, undisturbed.id, id);
    for (const moment of kills) assert.ok(found.includes(moment), `${found.join(', ')}: no kill was ${moment}`);
  });

  it('ends with the same weights where it has a parent, frozen behind a feeder', async () => {
    const config = workspace.config();
    const expected = await trainUndisturbed(workspace, config, undisturbed.id);
    const { model, frozen, epochs } = workspace.run(expected.id).summary;
    assert.ok(model && frozen && frozen.tensors > 0 && frozen.unchanged);
    assert.ok(new Set(epochs.map(({ learningRate }) => learningRate)).size > 1, 'the plateau callback had its say');
    const kills = ['between stages', 'mid-epoch', 'mid-checkpoint', 'evaluating'] as const;
    const { ids, found } = await trainKilled(workspace, config, kills, undisturbed.id);
    for (const id of ids) assertSameRun(workspace, expected.id, id);
    for (const moment of kills) assert.ok(found.includes(moment), `${found.join(', ')}: no kill was ${moment}`);
  });

  it('stops when asked, with a checkpoint, and goes on from there', async () => {
    const id = await workspace.train(workspace.config(), { newLadder: true });
    await workspace.until(id, (run) => run.summary.step >= 3, 'training');
    requestStop(workspace.run(id).folder, 'test');
    const asked = Date.now();
    const stopped = await workspace.untilState(id, 'stopped');
    assert.ok(Date.now() - asked < 20_000);
    assert.match(stopped.summary.message ?? '', /epoch/);
    assert.ok(stopped.summary.resumable);
    // The store goes on with the same summary, so what it says now has to be kept.
    const stoppedAt = stopped.summary.step;
    await resumeRun(stopped);
    const { summary } = await workspace.untilState(id, 'completed');
    const resumed = workspace.events(id).find((event) => event.type === 'resumed');
    assert.equal(resumed?.type === 'resumed' && resumed.fromStep, stoppedAt);
    assert.equal(summary.step, workspace.run(undisturbed.id).summary.step);
    assertSameRun(workspace, undisturbed.id, id);
  });

  it('goes on where the workspace was moved to, to the same weights, its images found', async () => {
    const id = await workspace.train(workspace.config(), { newLadder: true });
    await workspace.until(id, (run) => run.summary.step >= 9, 'in the second epoch');
    workspace.kill(id);
    await workspace.untilState(id, 'interrupted');
    const copied = `${workspace.directory}-moved`;
    cpSync(workspace.directory, copied, { recursive: true });
    // What the run began with must not be found by chance.
    renameSync(path.join(workspace.directory, 'photos'), path.join(workspace.directory, 'elsewhere'));
    const moved = new TinyWorkspace(copied);
    try {
      const { manifest } = moved.run(id);
      assert.equal(manifest.baseDirectory, copied);
      await resumeRun(moved.run(id));
      await moved.untilState(id, 'completed');
      assertSameRun(moved, undisturbed.id, id);
    } finally {
      renameSync(path.join(workspace.directory, 'elsewhere'), path.join(workspace.directory, 'photos'));
      moved.remove();
    }
  });

  it('starts one attempt when two ask for a resume at once', async () => {
    const id = await workspace.train(workspace.config(), { newLadder: true });
    await workspace.until(id, (run) => run.summary.step >= 3, 'training');
    workspace.kill(id);
    const run = await workspace.untilState(id, 'interrupted');
    const results = await Promise.allSettled([resumeRun(run), resumeRun(run)]);
    await workspace.untilState(id, 'completed');
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const refused = results.find((result) => result.status === 'rejected');
    assert.match(String(refused?.reason), /has this run now|has just taken this run/);
    assert.equal(workspace.events(id).filter((event) => event.type === 'attempt').length, 2);
    assertSameRun(workspace, undisturbed.id, id);
  });

  it('waits in the queue while another trains, and can be cancelled there', async () => {
    const first = await workspace.train(workspace.config(), { newLadder: true });
    const second = await workspace.train(workspace.config(), { newLadder: true });
    const third = await workspace.train(workspace.config(), { newLadder: true });
    const waiting = await workspace.until(third, (run) => (run.summary.message ?? '').includes('Waits'), 'waiting');
    assert.equal(waiting.state, 'queued');
    requestStop(waiting.folder, 'test');
    const cancelled = await workspace.untilState(third, 'stopped');
    assert.match(cancelled.summary.message ?? '', /before it began/);
    const [one, two] = [
      await workspace.untilState(first, 'completed'),
      await workspace.untilState(second, 'completed'),
    ];
    const trainedFrom = (id: string) => workspace.events(id).find((event) => event.type === 'engine')?.time ?? 0;
    assert.ok(trainedFrom(second) >= (one.summary.endedAt ?? 0), 'two trained at once');
    assert.ok(two.summary.seconds < ((two.summary.endedAt ?? 0) - (two.summary.startedAt ?? 0)) / 1000);
  });

  it('says so when its images are no longer what they were', async () => {
    const own = await TinyWorkspace.make(8);
    try {
      // More epochs than any machine trains before it is told to stop.
      const id = await own.train(own.config({ training: { epochs: 10_000, batchSize: 4, earlyStopping: false } }));
      await own.until(id, (run) => run.summary.step >= 2, 'training');
      requestStop(own.run(id).folder, 'test');
      const stopped = await own.untilState(id, 'stopped');
      rmSync(path.join(own.directory, 'photos', 'kiwi', 'kiwi 0.png'));
      await resumeRun(stopped);
      const failed = await own.untilState(id, 'failed');
      assert.match(failed.summary.message ?? '', /Images were added, removed or changed since this run began/);
      assert.ok(failed.summary.epochs.length + failed.summary.step > 0, 'what was trained is still shown');
    } finally {
      own.remove();
    }
  });

  it('asks before it goes on where that could not end with the very same weights', async () => {
    const id = await workspace.train(workspace.config(), { newLadder: true });
    await workspace.until(id, (run) => run.summary.resumable, 'past its first epoch');
    workspace.kill(id);
    const { folder, summary } = await workspace.untilState(id, 'interrupted');
    const began = summary.engine?.name ?? 'wasm';
    madeByUpsize(folder, '0.0.1');
    const resume = (...args: string[]) => runUpsize(['resume', id, ...args], { cwd: workspace.directory });
    const asked = await resume();
    assert.equal(asked.code, 4, asked.errors);
    assert.match(asked.output, /trained with Upsize 0\.0\.1 \(this is/);
    assert.match(asked.output, new RegExp(`go on all the same +upsize resume ${id} --engine ${began}`));
    assert.match(asked.output, /train the stage again +upsize train --stage 1 --new-ladder/);
    assert.partialDeepStrictEqual(JSON.parse((await resume('--json')).output), {
      outcome: 'changed',
      runId: id,
      engine: began,
    });
    assert.match((await resume('--engine', 'gpu')).errors, /--engine: it is "gpu", and can be native or wasm/);
    assert.equal(workspace.events(id).filter((event) => event.type === 'attempt').length, 1);

    const goneOn = await resume('--engine', 'wasm');
    assert.equal(goneOn.code, 0, goneOn.errors);
    const ended = workspace.run(id).summary;
    assert.equal(ended.engine?.name, 'wasm');
    const said = ended.warnings.some((warning) => /begun on the native engine .* goes on with the wasm/.test(warning));
    assert.equal(said, began === 'native');
  });

  it('leaves no process, lock or half a file when a stage with a parent is stopped', async () => {
    const id = await workspace.train(workspace.config(), { fromRunId: undisturbed.id });
    const { folder } = await workspace.until(id, (run) => run.summary.step >= 3, 'training');
    const { pid } = newestOwner(folder) ?? assert.fail('nobody owns it');
    requestStop(folder, 'test');
    await workspace.untilState(id, 'stopped');
    for (const deadline = Date.now() + 20_000; processStart(pid) !== null; await sleep(50)) {
      assert.ok(Date.now() < deadline, `process ${pid} is still there after its run has stopped`);
    }
    // Its worker and decoders are threads of it; what it may have started would name its folder.
    const others = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    assert.deepEqual(
      others.filter((line) => line.includes(id)),
      [],
    );
    // Leases are named by their process: those of runs that were killed before stay until the cache needs their space.
    const traces = `{*.partial,*.tmp,*.lock,heartbeat,leases/${pid}-*}`;
    const left = globSync(`.upsize/**/${traces}`, { cwd: workspace.directory });
    assert.deepEqual(
      left.filter((file) => !file.includes('/runs/') || file.includes(id)),
      [],
    );
    assert.ok(new TrainingSlot(workspace.directory, undisturbed.id).tryTake().taken, 'the next run need not wait');
  });

  it('leaves no process behind', async () => {
    await eventually(() => {
      for (const { id, folder } of workspace.store.list().runs) assert.notEqual(ownershipOf(folder).kind, 'alive', id);
    });
  });
});
