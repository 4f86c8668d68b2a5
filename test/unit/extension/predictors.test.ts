import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Predictors } from '../../../extension/prediction/predictors.ts';
import { startPredictor } from '../../../extension/prediction/predictorProcess.ts';
import { Trainer } from '../../../extension/trainer/trainer.ts';
import { goneSoon } from './processes.ts';

const jsonrpc = path.resolve('node_modules/vscode-jsonrpc/lib/node/main.js');
const report = {
  version: 1,
  node: process.version,
  sharp: '0',
  engine: 'native',
  tensorflow: '0',
  nativeInstalled: true,
  loss: 1,
};

/** A trainer that answers the probe; as predictor it opens, and then does `onThumbnail`. Each start notes its process id. */
const opening = (starts: string, onThumbnail: string) => `
  const { appendFileSync } = require('node:fs');
  if (process.argv[2] === 'engine') { console.log(${JSON.stringify(JSON.stringify(report))}); process.exit(0); }
  appendFileSync(${JSON.stringify(starts)}, process.pid + '\\n');
  const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = require(${JSON.stringify(jsonrpc)});
  const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
  connection.onRequest('open', () => ({ engine: 'native', upsize: '0' }));
  connection.onRequest('thumbnail', () => { ${onThumbnail} });
  connection.listen();
  process.stdin.on('end', () => process.exit(0));
`;

/** Predictors that never come as far as being open. */
const faulty = {
  talksNonsense: `process.stdout.write('Segmentation fault (not really)\\r\\n\\r\\n')`,
  floods: `const block = 'x'.repeat(1 << 20); const go = () => { while (process.stdout.write(block)); }; process.stdout.on('drain', go); go()`,
  promisesMuch: `process.stdout.write('Content-Length: 9000000000\\r\\n\\r\\n'); const block = 'x'.repeat(1 << 20); const go = () => { while (process.stdout.write(block)); }; process.stdout.on('drain', go); go()`,
  hangs: `setInterval(() => {}, 1000)`,
  diesBySignal: `process.kill(process.pid, 'SIGSEGV')`,
};

/** Time enough to start in: whatever hangs has begun by then. */
const hangingMs = 5000;

describe('the predictor of a window', function () {
  this.timeout(120_000);
  let folder = '';
  let predictors: Predictors | undefined;
  const started = () => readFileSync(path.join(folder, 'starts'), 'utf8').trim().split('\n').map(Number);
  const settings = { requireTrust: () => undefined, log: () => undefined };
  const ask = (source: string) => {
    const entry = path.join(folder, 'trainer.cjs');
    writeFileSync(entry, source);
    const trainer = new Trainer({ ...settings, entry, nodePath: () => '', engine: () => 'auto' });
    predictors ??= new Predictors(trainer, { ...settings, memoryLimitMegabytes: () => 256 });
    return predictors.ask(folder, 'thumbnail', { file: 'a.jpg', pixels: 64, bytes: 2000 });
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-predictor-'));
    predictors = undefined;
  });
  afterEach(() => {
    predictors?.dispose();
    rmSync(folder, { recursive: true });
  });

  it('is started again three times when it goes away, and then given up with a message', async () => {
    const dying = opening(path.join(folder, 'starts'), 'process.exit(9)');
    for (let time = 0; time < 4; time++) await assert.rejects(ask(dying), /is gone: it ended with exit code 9/);
    await assert.rejects(ask(dying), /ended 4 times in a row .* and were given up\. .*Show Log/);
    assert.equal(started().length, 4);
    await goneSoon(started());
  });

  it('ends with its window', async () => {
    const answering = opening(path.join(folder, 'starts'), `return { webp: 'AAAA', width: 1, height: 1 }`);
    await ask(answering).catch(() => undefined);
    predictors?.dispose();
    await goneSoon(started());
  });

  it('ends when its folder is closed, and another one serves the folder when it is opened again', async () => {
    const answering = opening(path.join(folder, 'starts'), `return { dataUri: 'data:,', width: 1, height: 1 }`);
    await ask(answering);
    predictors?.keepOnly(new Set([folder]));
    await ask(answering);
    assert.equal(started().length, 1);
    predictors?.keepOnly(new Set());
    await goneSoon(started());
    await ask(answering);
    assert.equal(started().length, 2);
  });

  it('leaves nothing behind of a request that was answered', async () => {
    const answering = opening(path.join(folder, 'starts'), `return { dataUri: 'data:,', width: 1, height: 1 }`);
    const predictor = await start(answering, { open: 60_000, ask: 60_000 });
    // Whoever waits on the promise itself for each request keeps each for the child's life.
    let waiting = 0;
    void Object.assign(predictor.stopped, {
      then: (...args: Parameters<Promise<string>['then']>) => {
        waiting++;
        return Promise.prototype.then.apply(predictor.stopped, args);
      },
    });
    for (let time = 0; time < 5; time++) await predictor.ask('thumbnail', { file: 'a.jpg', pixels: 64, bytes: 2000 });
    assert.equal(waiting, 0);
    predictor.dispose();
  });

  const start = (source: string, timeoutsMs: { open: number; ask: number }) => {
    const entry = path.join(folder, 'trainer.cjs');
    const note = `require('node:fs').appendFileSync(${JSON.stringify(path.join(folder, 'starts'))}, process.pid + '\\n');`;
    writeFileSync(entry, `${note} ${source}`);
    return startPredictor({
      node: { file: process.execPath, environment: {} },
      entry,
      environment: { PATH: process.env['PATH'] ?? '' },
      memoryLimitMegabytes: 256,
      workspace: folder,
      log: () => undefined,
      timeoutsMs,
    });
  };

  for (const [name, what, message] of [
    [
      'talksNonsense',
      'talks nonsense',
      /is gone: it said what no predictor says \("Segmentation fault.*\) and was ended/,
    ],
    ['floods', 'floods', /is gone: it said what no predictor says \("xxx/],
    ['diesBySignal', 'dies by a signal', /is gone: it was ended by SIGSEGV/],
    ['promisesMuch', 'answers without end', /is gone: it printed without end and was ended/],
    ['hangs', 'hangs', /did not answer within 5 s/],
  ] as const) {
    it(`that ${what} is ended, with a message`, async () => {
      const timeoutsMs = { open: name === 'hangs' ? hangingMs : 60_000, ask: 1000 };
      await assert.rejects(start(faulty[name], timeoutsMs), message);
      await goneSoon(started());
    });
  }

  it('that hangs over a question is ended, so that the next one starts another', async () => {
    const hanging = opening(path.join(folder, 'starts'), 'for (;;);');
    const predictor = await start(hanging, { open: 60_000, ask: 1000 });
    const params = { file: 'a.jpg', pixels: 64, bytes: 2000 };
    await assert.rejects(predictor.ask('thumbnail', params), /did not answer within 1 s/);
    assert.equal(await predictor.stopped, 'it did not answer and was ended');
    await goneSoon(started());
  });

  it('is not asked where the workspace is not trusted', async () => {
    const distrusting = new Predictors(
      new Trainer({ ...settings, entry: '', nodePath: () => '', engine: () => 'auto' }),
      {
        memoryLimitMegabytes: () => 256,
        log: () => undefined,
        requireTrust: () => {
          throw new Error('not trusted');
        },
      },
    );
    await assert.rejects(
      distrusting.ask(folder, 'thumbnail', { file: 'a.jpg', pixels: 64, bytes: 2000 }),
      /not trusted/,
    );
  });
});
