import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { livenessOf, processStart } from '../../../trainer/protocol/processIdentity.ts';
import { runPaths } from '../../../trainer/protocol/runFolder.ts';
import { RunOwnedError, takeRun, thisProcess } from '../../../trainer/run/owner.ts';

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
    assert.throws(() => takeRun(folder), /process \d+/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(takeRun(folder).attempt, 2);
  });

  it('is not fooled by another process with the same id, or by a restart of the machine', () => {
    assert.equal(livenessOf({ ...thisProcess() }), 'alive');
    assert.equal(livenessOf({ ...thisProcess(), processStart: '1' }), 'dead');
    assert.equal(livenessOf({ ...thisProcess(), bootId: 'before' }), 'dead');
  });

  it('is left alone where another host has it', () => {
    writeOwner(1, { host: 'elsewhere' });
    assert.throws(() => takeRun(folder), /elsewhere/);
  });

  it('goes to one of many processes that try at once', async () => {
    const entry = path.resolve(import.meta.dirname, '../../../trainer/run/owner.ts');
    const code = `
      const { takeRun } = await import(${JSON.stringify(entry)});
      while (Date.now() < ${Date.now() + 1500}) {}
      try { takeRun(${JSON.stringify(folder)}); console.log('mine'); setTimeout(() => {}, 3000); } catch (error) { console.log(error.name); }`;
    const outputs = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
        await once(child, 'exit');
        return text.trim();
      }),
    );
    assert.deepEqual(outputs.sort(), ['RunOwnedError', 'RunOwnedError', 'RunOwnedError', 'mine']);
  });
});
