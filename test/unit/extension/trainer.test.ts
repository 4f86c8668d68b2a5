import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Trainer } from '../../../extension/trainer/trainer.ts';
import { goneSoon } from './processes.ts';

/** A trainer that can be probed and then hangs, noting its process id. */
const hanging = (report: string) => `
if (process.argv.includes('probe')) console.log(${JSON.stringify(report)});
else {
  require('node:fs').writeFileSync(__filename + '.pid', String(process.pid));
  setInterval(() => {}, 1000);
}`;
const report = {
  version: 1,
  node: 'v24.1.0',
  sharp: '1',
  engine: 'wasm',
  tensorflow: null,
  nativeInstalled: false,
  loss: 1,
};

describe('asking the trainer', () => {
  let folder = '';
  let entry = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-ask-'));
    entry = path.join(folder, 'trainer.cjs');
    writeFileSync(entry, hanging(JSON.stringify(report)));
  });
  afterEach(async () => {
    if (existsSync(`${entry}.pid`)) await goneSoon([Number(readFileSync(`${entry}.pid`, 'utf8'))]);
    rmSync(folder, { recursive: true });
  });
  const trainer = (engine: 'auto' | 'native' | 'wasm' = 'auto') =>
    new Trainer({
      entry,
      nodePath: () => '',
      engine: () => engine,
      requireTrust: () => undefined,
      log: () => undefined,
    });
  const ask = (more: object) => trainer().ask(z.unknown(), { args: ['train'], workspace: folder, ...more });

  it('ends one that hangs, and says so', async () => {
    await assert.rejects(ask({ timeoutMs: 1000 }), /"upsize train" did not end within 1 s and was ended/);
  });

  it('ends one that the user does not want to wait for', async () => {
    const abort = new AbortController();
    const answer = ask({ signal: abort.signal });
    while (!existsSync(`${entry}.pid`) || readFileSync(`${entry}.pid`, 'utf8') === '') await sleep(50);
    abort.abort();
    await assert.rejects(answer, { failure: 'cancelled' });
  });

  it('does not wait for a Node to be found that nobody wants any more', async () => {
    writeFileSync(entry, `setTimeout(() => {}, 5000)`);
    const abort = new AbortController();
    const answer = ask({ signal: abort.signal });
    abort.abort();
    await assert.rejects(answer, { failure: 'cancelled' });
  });

  it('knows on which engine a run would train: the setting, else the config, else what there is', async () => {
    assert.equal(await trainer().engineFor('auto'), 'wasm');
    assert.equal(await trainer('wasm').engineFor('native'), 'wasm');
    assert.deepEqual(trainer('wasm').engineEnvironment, { UPSIZE_ENGINE: 'wasm' });
    assert.deepEqual(trainer().engineEnvironment, {});
  });

  it('says who asks for the native engine where it cannot be had, and still runs what needs none', async () => {
    const probed = JSON.stringify({ ...report, whyNotNative: 'It is not installed.' });
    writeFileSync(
      entry,
      `if (process.argv.includes('probe')) {
        if (process.env.UPSIZE_ENGINE === 'native') process.exit(1);
        console.log(${JSON.stringify(probed)});
      } else console.log('{"engine":"' + process.env.UPSIZE_ENGINE + '"}')`,
    );
    const failure = 'noNativeEngine';
    const says = (who: string) => new RegExp(`^${who} asks for the native engine, which.*\\. It is not installed\\.$`);
    await assert.rejects(trainer().engineFor('native'), { failure, message: says('The config') });
    await assert.rejects(trainer('native').engineFor('auto'), {
      failure,
      message: says('The setting upsize\\.engine'),
    });
    const args = ['engine', 'install'];
    assert.deepEqual(await trainer('native').ask(z.unknown(), { args, workspace: folder }), { engine: 'native' });
  });
});
