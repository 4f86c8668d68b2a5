import { strict as assert } from 'node:assert';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { processStart } from '../../../trainer/protocol/processIdentity.ts';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { EventReader } from '../../../trainer/protocol/eventReader.ts';
import { endOwner } from '../../../trainer/run/endOwner.ts';
import { thisProcess } from '../../../trainer/run/owner.ts';
import { completedEvents, WrittenWorkspace } from '../protocol/writtenRun.ts';

/** Hears no stop request and no SIGTERM, as a process that hangs in native code; says when it is ready. */
const stubborn = ['-e', 'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)'];

describe('ending the process of a run', () => {
  let workspace: WrittenWorkspace;
  let folder: string;
  let owner: ChildProcess | null = null;
  beforeEach(() => {
    workspace = new WrittenWorkspace();
    folder = workspace.write(workspace.manifest('one'), completedEvents().slice(0, 8));
  });
  afterEach(() => {
    owner?.kill('SIGKILL');
    workspace.remove();
  });
  const ownedBy = async (args: string[]) => {
    owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (owner.stdout) await once(owner.stdout, 'data');
    const pid = owner.pid ?? 0;
    const record = { attempt: 1, ...thisProcess(), pid, processStart: processStart(pid) };
    writeFileSync(runPaths(folder).owner(1), JSON.stringify(record));
  };
  const lastEvent = () => new EventReader(folder).read().events.at(-1);

  it('kills one that ignores stop requests and SIGTERM, and the run says so', async function () {
    if (process.platform === 'win32') this.skip();
    await ownedBy(stubborn);
    assert.equal(workspace.runs()[0]?.state, 'running');
    await endOwner(folder, { killAfterMs: 300 });
    const [run] = workspace.runs();
    assert.equal(run?.state, 'stopped');
    assert.match(run?.summary.message ?? '', /did not stop when it was asked to, and was ended by SIGKILL/);
    assert.partialDeepStrictEqual(lastEvent(), { type: 'state', state: 'stopped', signal: 'SIGKILL' });
  });

  it('leaves it at SIGTERM where that is enough', async function () {
    if (process.platform === 'win32') this.skip();
    await ownedBy(['-e', 'console.log("ready"); setInterval(() => {}, 1000)']);
    await endOwner(folder, { killAfterMs: 10_000 });
    assert.partialDeepStrictEqual(lastEvent(), { type: 'state', state: 'stopped', signal: 'SIGTERM' });
  });

  it('adds nothing where the process is gone already', async () => {
    writeFileSync(
      runPaths(folder).owner(1),
      JSON.stringify({ attempt: 1, ...thisProcess(), pid: 1, processStart: 'another time' }),
    );
    await endOwner(folder, { killAfterMs: 0 });
    assert.equal(workspace.runs()[0]?.state, 'interrupted');
    assert.notEqual(lastEvent()?.type, 'state');
  });

  it('never reaches for a process of another host', async () => {
    await ownedBy(stubborn);
    const record = { attempt: 2, ...thisProcess(), host: 'gpu-7', pid: owner?.pid };
    writeFileSync(runPaths(folder).owner(2), JSON.stringify(record));
    await assert.rejects(endOwner(folder, { killAfterMs: 0 }), /gpu-7.*only be ended there/);
    assert.equal(owner?.signalCode, null);
  });
});
