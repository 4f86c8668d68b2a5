import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { workspacePaths } from '../../trainer/protocol/runPaths.ts';
import { completedEvents, sha, WrittenWorkspace } from '../unit/protocol/writtenRun.ts';
import { runUpsize } from './runUpsize.ts';

describe('what clean and stop say of runs that are not at work', () => {
  let workspace: WrittenWorkspace;
  let parent = '';
  const upsize = (...args: string[]) => runUpsize(args, { cwd: workspace.directory });

  beforeEach(() => {
    workspace = new WrittenWorkspace();
    parent = workspace.write(workspace.manifest('parent'), completedEvents());
  });
  afterEach(() => workspace.remove());

  it('keeps the parent of a run that waits to start from it, and names both', async () => {
    const begins = {
      parentId: 'parent',
      parentWeights: 'model',
      parentWeightsSha256: sha,
      ladderId: 'parent',
    } as const;
    workspace.write(workspace.manifest('child', { ...begins, size: 96, created: Date.now() }), []);
    const { code, errors, output } = await upsize('clean', '--run', 'parent', '--yes');
    assert.equal(code, 4, output);
    assert.match(errors, /Run child is queued and will start from run parent\. .* then parent can be removed/);
    assert.ok(existsSync(parent));
    workspace.write(workspace.manifest('child', { ...begins, size: 96 }), completedEvents());
    assert.equal((await upsize('clean', '--run', 'parent', '--yes')).code, 0);
    assert.ok(!existsSync(parent));
  });

  it('lists all that it will remove before it removes any of it', async () => {
    const { cache, trash } = workspacePaths(workspace.directory);
    mkdirSync(cache, { recursive: true });
    writeFileSync(path.join(cache, 'pixels'), 'some');
    // No folder, so the first run cannot be moved into it.
    writeFileSync(trash, '');
    workspace.write(workspace.manifest('second'), completedEvents());
    const { code, output } = await upsize('clean', '--run', 'parent', 'second', '--yes');
    assert.equal(code, 1);
    assert.match(output, /runs\/parent .*\n.*runs\/second /);
    assert.doesNotMatch(output, /Moved/);
    assert.ok(existsSync(parent) && existsSync(cache));
  });

  it('says in which state a run is that cannot be stopped', async () => {
    const failed = { type: 'state', state: 'failed', message: 'The disk is full.', signal: null } as const;
    workspace.write(workspace.manifest('broken'), [...completedEvents().slice(0, -3), failed]);
    const named = await upsize('stop', 'broken');
    assert.equal(named.code, 4);
    assert.match(named.errors, /Run broken is failed: The disk is full\. There is nothing to stop\./);
    assert.match((await upsize('stop', 'parent')).errors, /Run parent is completed: .* There is nothing to stop\./);
    assert.match((await upsize('stop')).errors, /No run is at work here\. Run broken is failed: The disk is full\./);
  });
});
