import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ImagePredictions } from '../../extension/prediction/imagePredictions.ts';
import { startPredictor, type PredictorProcess } from '../../extension/prediction/predictorProcess.ts';
import { RunStore } from '../../trainer/protocol/runStore.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { makeTinyWorkspace } from '../integration/harness/tinyDataset.ts';

const entry = path.resolve(import.meta.dirname, '../../trainer/main.ts');

describe('the predictor, for the hover', function () {
  this.timeout(180_000);
  let workspace = '';
  let runs: Run[] = [];
  let predictor: PredictorProcess;
  const said: string[] = [];
  const image = () => path.join(workspace, 'photos', 'lime', '03.png');

  const start = (memoryLimitMegabytes: number) =>
    startPredictor({
      node: { file: process.execPath, environment: {} },
      entry,
      environment: Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      memoryLimitMegabytes,
      workspace,
      log: (line) => said.push(line),
    });

  before(async () => {
    workspace = await mkdtemp(path.join(tmpdir(), 'upsize-predictor-'));
    await makeTinyWorkspace(workspace);
    for (const which of ['--new-ladder', '--next']) {
      await promisify(execFile)(process.execPath, [entry, 'train', which, '--workspace', workspace], {
        cwd: workspace,
      });
    }
    ({ runs } = new RunStore(workspace).list());
    predictor = await start(1024);
  });
  after(async () => {
    predictor.dispose();
    await predictor.stopped;
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  });

  it('keeps no part of an answer that was cancelled: the next hover has the earlier stage and the picture', async () => {
    const [first, second] = runs;
    assert.ok(first && second);
    const predictions = new ImagePredictions({
      ask: (_workspace, method, params, options) => predictor.ask(method, params, options),
    });
    const asked = { folder: { path: workspace }, run: second, file: image(), earlier: true };
    // Cancelled before it begins, and a moment later, wherever the predictor is then.
    for (const afterMs of [0, 1, 5, 20, 60]) {
      const abort = new AbortController();
      const answer = predictions.predict({ ...asked, signal: abort.signal }).then(
        (whole) => whole,
        () => null,
      );
      setTimeout(() => abort.abort(), afterMs);
      const result = await answer;
      assert.ok(result === null || (result.earlier.length === 1 && result.thumbnail !== null), `after ${afterMs} ms`);
    }
    const result = await predictions.predict(asked);
    assert.deepEqual(
      [...result.earlier, result.prediction].map(({ runId, size }) => [runId, size]),
      [
        [first.id, 16],
        [second.id, 32],
      ],
    );
    assert.match(result.thumbnail ?? '', /^data:image\/webp;base64,/);
    assert.equal(result.trueClass, 'lime');
    // The same object: it was kept.
    assert.equal(await predictions.predict(asked), result);
  });

  it('says what people say that an image shows, as soon as they do', async () => {
    const run = runs.at(-1);
    assert.ok(run);
    const predictions = new ImagePredictions({
      ask: (_workspace, method, params, options) => predictor.ask(method, params, options),
    });
    const trueClass = async () =>
      (await predictions.predict({ folder: { path: workspace }, run, file: image(), earlier: false })).trueClass;
    assert.equal(await trueClass(), 'lime');
    await writeFile(path.join(workspace, 'upsize.labels.csv'), 'path,label,excluded\nlime/03.png,cherry,\n');
    assert.equal(await trueClass(), 'cherry');
  });

  it('answers a hover before the many explanations that were asked earlier, and drops those nobody waits for', async () => {
    const run = runs.at(-1);
    assert.ok(run);
    const stop = new AbortController();
    let explained = 0;
    const explanations = Array.from({ length: 40 }, async (_, index) => {
      // A panel that is closed ends all its requests but one here, which was the last.
      const options = index === 39 ? {} : { signal: stop.signal };
      try {
        await predictor.ask('explainImage', { runId: run.id, file: image() }, options);
        return 'explained';
      } catch (error) {
        return (error as Error).message;
      } finally {
        explained++;
      }
    });
    await predictor.ask('predictImage', { runId: run.id, file: image() });
    assert.ok(explained < 20, `${explained} explanations came before the hover`);
    stop.abort();
    const ends = await Promise.all(explanations);
    assert.equal(ends.at(-1), 'explained');
    const dropped = ends.filter((end) => end === 'Cancelled.');
    assert.ok(dropped.length > 10, ends.join(' '));
  });

  it('ends itself where it takes more memory than it may, and says so', async () => {
    const greedy = await start(64);
    assert.match(await greedy.stopped, /ended with exit code 1/);
    assert.ok(
      said.some((line) => /The predictor took \d+ MB of memory, more than the 64 MB of its setting/.test(line)),
      said.join('\n'),
    );
  });
});
