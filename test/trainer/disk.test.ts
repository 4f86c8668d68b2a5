import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resumeRun } from '../../trainer/stages/startRun.ts';
import { assertSameRun, trainUndisturbed } from './killedRuns.ts';
import { runUpsize } from './runUpsize.ts';
import { TinyWorkspace } from './tinyWorkspace.ts';

/** A file system of its own, in memory, that a test can fill or make read-only; null where this user may not mount one. */
function mountSmallDisk(
  megabytes: number,
): { folder: string; setReadOnly(isReadOnly: boolean): Promise<void>; unmount(): void } | null {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'upsize-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return null;
  }
  return {
    folder,
    async setReadOnly(isReadOnly) {
      for (const deadline = Date.now() + 20_000; ; await sleep(200)) {
        try {
          execFileSync('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, folder], { stdio: 'ignore' });
          return;
        } catch (error) {
          // A child that has completed its run may still be closing files.
          if (Date.now() > deadline) throw error;
        }
      }
    },
    unmount() {
      execFileSync('umount', ['--lazy', folder]);
      rmdirSync(folder);
    },
  };
}

/** Writes until nothing more goes in. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      try {
        for (;;) writeSync(descriptor, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

describe('a disk that takes nothing more', function () {
  this.timeout(120_000);
  let disk: ReturnType<typeof mountSmallDisk>;
  let workspace: TinyWorkspace;
  before(async function () {
    disk = process.platform === 'linux' ? mountSmallDisk(300) : null;
    if (disk === null) return;
    workspace = await TinyWorkspace.make(16, disk.folder);
  });
  after(() => disk?.unmount());

  it('ends a run that it fills up under, which can be read and goes on once there is room', async function () {
    if (disk === null) this.skip();
    // Enough epochs that the disk is full before the last.
    const config = workspace.config({ training: { epochs: 200, batchSize: 4, earlyStopping: false } });
    const undisturbed = await trainUndisturbed(workspace, config);
    const id = await workspace.train(config, { newLadder: true });
    await workspace.until(id, (run) => run.summary.step >= 3, 'training');
    const filler = path.join(disk.folder, 'filler');
    fill(filler);
    const ended = await workspace.until(id, ({ state }) => state === 'failed' || state === 'interrupted', 'ended');
    assert.ok(ended.summary.step >= 3, 'what was trained can be read');
    const said = await runUpsize(['show', id], { cwd: disk.folder });
    assert.equal(said.code, 0, said.errors);
    assert.match(said.output, /disk is full|interrupted/i);
    rmSync(filler);
    await resumeRun(workspace.run(id));
    await workspace.untilState(id, 'completed');
    assertSameRun(workspace, undisturbed.id, id);
  });

  it('refuses a run with what to do when it is read-only, and still lists those it has', async function () {
    if (disk === null) this.skip();
    writeFileSync(path.join(disk.folder, 'upsize.json'), JSON.stringify(workspace.config()));
    await disk.setReadOnly(true);
    try {
      const { code, errors } = await runUpsize(['train', '--new-ladder'], { cwd: disk.folder });
      assert.equal(code, 1);
      assert.match(errors, /read-only disk/);
      const listed = await runUpsize(['runs'], { cwd: disk.folder });
      assert.equal(listed.code, 0, listed.errors);
      assert.match(listed.output, /completed/);
    } finally {
      await disk.setReadOnly(false);
    }
  });
});
