import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Predictors } from '../../../extension/prediction/predictors.ts';
import { Trainer } from '../../../extension/trainer/trainer.ts';

const jsonrpc = path.resolve('node_modules/vscode-jsonrpc/lib/node/main.js');

/** A predictor that opens and then ends by itself when asked for anything, counting its starts in a file. */
const dying = (counter: string) => `
  const { appendFileSync } = require('node:fs');
  const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = require(${JSON.stringify(jsonrpc)});
  const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
  connection.onRequest('open', () => ({ engine: 'native', upsize: '0' }));
  connection.onRequest('thumbnail', () => { appendFileSync(${JSON.stringify(counter)}, 'x'); process.exit(9); });
  connection.listen();
  process.stdin.on('end', () => process.exit(0));
`;

describe('the predictor of a window', () => {
  let folder = '';
  let predictors: Predictors;
  const starts = () => readFileSync(path.join(folder, 'starts'), 'utf8').length;
  const ask = () => predictors.ask(folder, 'thumbnail', { file: 'a.jpg', pixels: 64, bytes: 2000 });

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'upsize-predictor-'));
    const entry = path.join(folder, 'trainer.cjs');
    writeFileSync(path.join(folder, 'starts'), '');
    writeFileSync(entry, dying(path.join(folder, 'starts')));
    const settings = { requireTrust: () => undefined, log: () => undefined };
    const trainer = new Trainer({ ...settings, entry, nodePath: () => process.execPath, engine: () => 'auto' });
    predictors = new Predictors(trainer, { ...settings, memoryLimitMegabytes: () => 256 });
  });
  afterEach(() => {
    predictors.dispose();
    rmSync(folder, { recursive: true });
  });

  it('is started again three times when it goes away, and then given up with a message', async () => {
    for (let time = 0; time < 4; time++) await assert.rejects(ask(), /is gone: it ended with exit code 9/);
    await assert.rejects(ask(), /ended 4 times in a row .* and were given up\. .*Show Log/);
    assert.equal(starts(), 4);
  });

  it('is not asked where the workspace is not trusted', async () => {
    const distrusting = new Predictors(
      new Trainer({
        entry: '',
        nodePath: () => '',
        engine: () => 'auto',
        requireTrust: () => undefined,
        log: () => undefined,
      }),
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
