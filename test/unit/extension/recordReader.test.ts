import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { RecordReader } from '../../../extension/panels/records/recordReader.ts';
import type { RecordedRun } from '../../../extension/panels/records/recordReads.ts';
import { runFolderOf, runPaths } from '../../../trainer/protocol/runPaths.ts';
import { writeLadder } from '../../browser/harness/writtenLadder.ts';

const script = path.resolve(import.meta.dirname, '../../../extension/panels/records/recordWorker.ts');

describe('records of runs', () => {
  let workspace: string;
  let reader: RecordReader;
  const runOf = (runId: string): RecordedRun => ({
    runId,
    name: null,
    size: 48,
    folder: runFolderOf(workspace, runId),
  });
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-records-'));
    reader = new RecordReader(script);
  });
  afterEach(() => {
    reader.dispose();
    rmSync(workspace, { recursive: true });
  });

  it('of 100,000 images are read beside the extension host, which goes on meanwhile', async () => {
    const images = 100_000;
    const [first = '', second = ''] = writeLadder(workspace, { sizes: [48, 96], epochs: 4, stepsPerEpoch: 2, images });
    // Started before, so that what is counted is the reading.
    await reader.read('hardestImages', { run: runOf('none') });
    let turns = 0;
    const beat = setInterval(() => turns++, 1);
    try {
      const content = await reader.read('confusionMatrix', {
        run: runOf(second),
        parent: runOf(first),
        withoutParent: null,
      });
      assert.equal(content?.delta?.shared, images);
      // Parsing 40 MB takes long enough for dozens of turns; a host that did it itself would have none.
      assert.ok(turns > 10, `${turns} turns`);
    } finally {
      clearInterval(beat);
    }
    const chosen = await reader.read('chosenImages', {
      run: runOf(second),
      parent: runOf(first),
      choice: { trueClass: null, predictedClass: null, against: 'fixed' },
      most: 200,
    });
    assert.equal(chosen?.files.length, 200);
    assert.ok((chosen?.total ?? 0) > 200);
  });

  it('are read by a thread that keeps no process alive once it has answered', async () => {
    const program = `
      import { RecordReader } from ${JSON.stringify(path.join(path.dirname(script), 'recordReader.ts'))};
      const waiting = setInterval(() => undefined, 1000);
      const run = { runId: 'none', name: null, size: 48, folder: ${JSON.stringify(workspace)} };
      await new RecordReader(${JSON.stringify(script)}).read('hardestImages', { run });
      clearInterval(waiting);`;
    const file = path.join(workspace, 'program.mjs');
    writeFileSync(file, program);
    const ended = promisify(execFile)(process.execPath, [file], { timeout: 100_000 });
    await assert.doesNotReject(ended);
  }).timeout(120_000);

  it('say why a file cannot be understood, and that there is none', async () => {
    const [first = ''] = writeLadder(workspace, { sizes: [48], epochs: 4, stepsPerEpoch: 2, images: 20 });
    const file = runPaths(runFolderOf(workspace, first)).evaluationOf('validation');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, 100));
    await assert.rejects(reader.read('hardestImages', { run: runOf(first) }), /cannot be read .*Evaluate it again/);
    writeFileSync(file, '{"version":1}');
    await assert.rejects(reader.read('hardestImages', { run: runOf(first) }), /not one that this Upsize knows/);
    rmSync(file);
    assert.equal(await reader.read('hardestImages', { run: runOf(first) }), null);
    assert.deepEqual(await reader.read('comparison', { runs: [runOf(first)] }), {
      disagreement: null,
      against: null,
      confusionDeltas: [],
    });
  });

  it('can be read again after the thread was lost', async () => {
    const [first = ''] = writeLadder(workspace, { sizes: [48], epochs: 4, stepsPerEpoch: 2, images: 20 });
    const lost = reader.read('hardestImages', { run: runOf(first) });
    reader.dispose();
    await assert.rejects(lost, /records of this folder/);
    assert.equal((await reader.read('hardestImages', { run: runOf(first) }))?.length, 20);
  });

  it('explain a class as they were counted', async () => {
    const [first = ''] = writeLadder(workspace, { sizes: [48], epochs: 4, stepsPerEpoch: 2, images: 200 });
    const explained = await reader.read('explainClass', { run: runOf(first), className: 'banana' });
    assert.equal(explained?.support, explained ? readSupport(first, 'banana') : null);
    assert.ok(
      explained?.wrongImages.every(({ file, predicted }) => file.startsWith('banana/') && predicted !== 'banana'),
    );
    await assert.rejects(reader.read('explainClass', { run: runOf(first), className: 'stone' }), /no class "stone"/);
  });

  function readSupport(runId: string, className: string): number {
    const file = runPaths(runFolderOf(workspace, runId)).evaluationOf('validation');
    const { images, classNames } = JSON.parse(readFileSync(file, 'utf8')) as {
      images: { trueClass: number[] };
      classNames: string[];
    };
    return images.trueClass.filter((index) => classNames[index] === className).length;
  }
});
