import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPredictor, type PredictorProcess } from '../../extension/prediction/predictorProcess.ts';
import { augmentationOptionsSchema } from '../../trainer/protocol/config.ts';
import { RunStore } from '../../trainer/protocol/runStore.ts';
import { makeTinyWorkspace } from '../integration/harness/tinyDataset.ts';

const entry = path.resolve(import.meta.dirname, '../../trainer/main.ts');

describe('the predictor, for the gallery', function () {
  this.timeout(180_000);
  let scratch = '';
  let workspace = '';
  let runId = '';
  let predictor: PredictorProcess;
  const source = () => path.join(workspace, 'photos');
  const image = 'lime/03.png';
  const nearest = async (options: Parameters<PredictorProcess['ask']>[2] = {}) => {
    const { order } = await predictor.ask('nearestImages', { runId, source: source(), file: image }, options);
    return [...new Int32Array(Uint8Array.from(Buffer.from(order, 'base64')).buffer)];
  };

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'upsize-nearest-'));
    workspace = path.join(scratch, 'workspace');
    await makeTinyWorkspace(workspace);
    for (const job of [['train'], ['scan']]) {
      await promisify(execFile)(process.execPath, [entry, ...job, '--workspace', workspace], { cwd: workspace });
    }
    runId = new RunStore(workspace).list().runs[0]?.id ?? '';
    predictor = await startPredictor({
      node: { file: process.execPath, environment: {} },
      entry,
      environment: Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      memoryLimitMegabytes: 1024,
      workspace,
      log: () => undefined,
    });
  });
  after(async () => {
    predictor.dispose();
    await predictor.stopped;
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  });

  it('goes on with a search that was cancelled, says how far it is, and keeps what it worked out', async () => {
    const stop = new AbortController();
    await assert.rejects(nearest({ signal: stop.signal, onProgress: () => stop.abort() }), /Cancelled/);
    const told: [number, number][] = [];
    const order = await nearest({ onProgress: (done, total) => told.push([done, total]) });
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: 48 }, (_, index) => index),
    );
    // The scan lists banana, cherry, lime, sixteen each: the image itself, then its own kind.
    assert.equal(order[0], 35);
    assert.ok(order.slice(1, 9).filter((index) => index >= 32).length >= 6, order.join(' '));
    assert.deepEqual(told.at(-1), [48, 48]);
    assert.equal((await readdir(path.join(workspace, '.upsize/cache/features'))).length, 1);
    assert.deepEqual(await nearest(), order);
  });

  it('says what to do about an image that is not in the scan', async () => {
    const asked = predictor.ask('nearestImages', { runId, source: source(), file: 'lime/none.png' });
    await assert.rejects(asked, /not in the last scan\. Scan the data set again/);
  });

  it('draws what training makes of an image: the same again, other in each epoch', async () => {
    const draw = (fromEpoch: number) =>
      predictor.ask('augmentImage', {
        file: path.join(source(), image),
        size: 32,
        fit: 'stretch',
        augmentation: augmentationOptionsSchema.parse({}),
        seed: 1,
        imageId: 0,
        fromEpoch,
        count: 3,
      });
    const first = await draw(0);
    assert.equal(new Set(first.images).size, 3);
    assert.deepEqual(await draw(0), first);
    assert.equal((await draw(2)).images[0], first.images[2]);
  });
});
