import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { isHeld, ownershipOf } from '../../../trainer/protocol/ownership.ts';
import { isSameBoot, isThere, processStart } from '../../../trainer/protocol/processIdentity.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { createExclusively, RunOwnedError, takeRun, thisProcess } from '../../../trainer/run/owner.ts';
import { completedEvents, WrittenWorkspace } from '../protocol/writtenRun.ts';

describe('owning a run', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-owner-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const writeOwner = (attempt: number, owner: object) =>
    writeFileSync(runPaths(folder).owner(attempt), JSON.stringify({ attempt, ...thisProcess(), ...owner }));

  it('is refused while its owner lives, whoever that is', () => {
    takeRun(folder);
    assert.throws(() => takeRun(folder), RunOwnedError);
  });

  it('is given to the next when the owner is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    writeOwner(1, { pid, processStart: processStart(pid) });
    assert.throws(() => takeRun(folder), /Process \d+ has this run/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(takeRun(folder).attempt, 2);
  });

  it('is not fooled by another process with the same id, or by a restart of the machine', () => {
    assert.equal(isThere({ ...thisProcess() }), true);
    assert.equal(isThere({ ...thisProcess(), processStart: '1' }), false);
    assert.equal(isThere({ ...thisProcess(), bootId: 'before' }), false);
  });

  it('takes a boot for the same when the clock was set a little, and not when it is another', () => {
    assert.ok(isSameBoot('1700000000', '1700000090'));
    assert.ok(!isSameBoot('1700000000', '1700000300'));
    assert.ok(!isSameBoot('4f1d-9a', '4f1d-9b'));
  });

  describe('that another host has', () => {
    let workspace: WrittenWorkspace;
    beforeEach(() => (workspace = new WrittenWorkspace()));
    afterEach(() => workspace.remove());
    const foreign = (events = completedEvents().slice(0, 8), secondsAgo = 3600, attempt = 1) => {
      folder = workspace.write(workspace.manifest('one'), events);
      writeOwner(attempt, { host: 'gpu-7', time: Date.now() - 1000 * secondsAgo });
    };
    const beat = (secondsAgo: number) =>
      writeFileSync(
        runPaths(folder).heartbeat,
        JSON.stringify({ time: Date.now() - 1000 * secondsAgo, attempt: 1, doing: 'training a batch' }),
      );

    it('is left alone while its heart beats', () => {
      foreign();
      beat(5);
      assert.throws(() => takeRun(folder), /gpu-7 has this run/);
      assert.ok(isHeld(ownershipOf(folder)));
    });

    it('can be taken when it was not heard for a minute', () => {
      foreign();
      beat(90);
      assert.equal(takeRun(folder, { watchMs: 50 }).attempt, 2);
    });

    it('is left alone where only the clocks differ and its heart beats after all', async () => {
      foreign();
      beat(600);
      const file = JSON.stringify(runPaths(folder).heartbeat);
      const code = `
        const beat = { time: ${Date.now() - 599_000}, attempt: 1, doing: 'training a batch' };
        setInterval(() => require('node:fs').writeFileSync(${file}, JSON.stringify({ ...beat, time: ++beat.time })), 100);
        console.log('beats');`;
      const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      assert.throws(() => takeRun(folder, { watchMs: 3000 }), RunOwnedError);
      child.kill();
      await once(child, 'exit');
    });

    it('can be taken at once when it has ended', () => {
      foreign(completedEvents(), 5);
      assert.equal(takeRun(folder).attempt, 2);
    });

    it('is left alone while a new attempt, which has written nothing yet, was heard of', () => {
      foreign(completedEvents(), 5, 2);
      assert.throws(() => takeRun(folder), RunOwnedError);
    });
  });

  it('is recorded whole or not at all: no reader ever sees an empty record', () => {
    const file = runPaths(folder).owner(1);
    assert.ok(createExclusively(file, 'whole'));
    assert.ok(!createExclusively(file, 'second'));
    assert.deepEqual(readdirSync(folder), ['owner-1.json']);
    assert.equal(readFileSync(file, 'utf8'), 'whole');
  });

  it('goes to one of many processes that try at once', async () => {
    const entry = path.resolve(import.meta.dirname, '../../../trainer/run/owner.ts');
    const code = `
      const { takeRun } = await import(${JSON.stringify(entry)});
      while (Date.now() < ${Date.now() + 1500}) {}
      try { takeRun(${JSON.stringify(folder)}); console.log('mine'); setInterval(() => {}, 1000); } catch (error) { console.log(error.name); }`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    const outputs = await Promise.all(children.map(async ({ stdout }) => String(await once(stdout, 'data')).trim()));
    // Who has it keeps it until all have tried.
    for (const child of children) child.kill();
    assert.deepEqual(outputs.sort(), ['RunOwnedError', 'RunOwnedError', 'RunOwnedError', 'mine']);
  });
});
