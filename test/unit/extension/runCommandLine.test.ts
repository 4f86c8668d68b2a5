import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { parseAnswer } from '../../../extension/trainer/parseAnswer.ts';
import { runCommandLine } from '../../../extension/trainer/runCommandLine.ts';
import { TrainerError, type TrainerFailure } from '../../../extension/trainer/trainerError.ts';
import { goneSoon } from './processes.ts';

/** Tiny trainers that go wrong, each in its way. The first thing each does is to write its process id beside itself. */
const faulty = {
  crashes: `console.error('upsize: photos: there is no such folder. Name another in upsize.json.'); process.exit(1)`,
  saysMuch: `console.error('Downloading …\\nupsize: It could not be downloaded.\\n  pip3: not found\\nInstall Python.'); process.exit(1)`,
  saysNothing: `process.exit(7)`,
  diesBySignal: `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)`,
  hangs: `setInterval(() => {}, 1000)`,
  ignoresStop: `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`,
  floods: `const block = 'x'.repeat(1 << 20); const go = () => { while (process.stdout.write(block)); }; process.stdout.on('drain', go); go()`,
  talksNonsense: `console.log('Segmentation fault (not really)')`,
  choosesOtherwise: `console.log('{"choice":1}'); process.exitCode = 4`,
};

describe('calling the trainer', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-fake-'));
  });
  afterEach(async () => {
    const notes = readdirSync(folder).filter((name) => name.endsWith('.pid'));
    const ids = notes.map((name) => Number(readFileSync(path.join(folder, name), 'utf8')));
    if (ids.length > 0) await goneSoon(ids);
    rmSync(folder, { recursive: true });
  });

  const call = (
    name: keyof typeof faulty,
    more: { timeoutMs?: number; signal?: AbortSignal; accept?: number[] } = {},
  ) => {
    const entry = path.join(folder, `${name}.cjs`);
    writeFileSync(entry, `require('node:fs').writeFileSync(__filename + '.pid', String(process.pid)); ${faulty[name]}`);
    return runCommandLine({
      node: { file: process.execPath, environment: {} },
      entry,
      args: ['train', '--next'],
      cwd: folder,
      environment: { PATH: process.env['PATH'] ?? '' },
      ...more,
    });
  };

  const fails = async (work: Promise<unknown>, failure: TrainerFailure, message: RegExp) => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof TrainerError);
      assert.equal(error.failure, failure);
      assert.match(error.message, message);
      return true;
    });
  };

  it('says what a trainer said that crashed', async () => {
    await fails(call('crashes'), 'failed', /^photos: there is no such folder\. Name another/);
  });

  it('says all of a message of several lines', async () => {
    const said = /^It could not be downloaded\.\n {2}pip3: not found\nInstall Python\.$/;
    await fails(call('saysMuch'), 'failed', said);
  });

  it('says that one ended without a word', async () => {
    await fails(call('saysNothing'), 'failed', /"upsize train" ended with exit code 7/);
  });

  it('says by which signal one died, and why that may be', async () => {
    await fails(call('diesBySignal'), 'killed', /SIGKILL, perhaps for want of memory/);
  });

  it('ends one that hangs, and says so', async () => {
    await fails(call('hangs', { timeoutMs: 1500 }), 'timedOut', /did not end within 2 s/);
  });

  it('ends one that ignores a polite request', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1500);
    await fails(call('ignoresStop', { signal: abort.signal }), 'cancelled', /was cancelled/);
  });

  it('ends one that floods', async () => {
    await fails(call('floods'), 'flooded', /printed more than 67 MB|printed more than \d+/);
  });

  it('says what came instead of an answer', async () => {
    const text = await call('talksNonsense');
    assert.throws(() => parseAnswer(z.object({}), text, 'train'), /did not answer with JSON: Segmentation fault/);
    assert.throws(() => parseAnswer(z.object({ id: z.string() }), '{"id":3}', 'train'), /something else than/);
  });

  it('takes the output of an exit code that the caller knows', async () => {
    assert.equal(await call('choosesOtherwise', { accept: [0, 4] }), '{"choice":1}\n');
    await fails(call('choosesOtherwise'), 'failed', /exit code 4/);
  });

  it('says what to check when there is no such Node', async () => {
    const work = runCommandLine({
      node: { file: path.join(folder, 'no-node'), environment: {} },
      entry: 'x',
      args: ['scan'],
      cwd: folder,
      environment: {},
    });
    await fails(work, 'notStarted', /could not be started.*upsize\.nodePath/);
  });
});
