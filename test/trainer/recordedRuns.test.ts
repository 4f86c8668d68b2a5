import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { RunStore } from '../../trainer/protocol/runStore.ts';
import { runUpsize } from './runUpsize.ts';

const recordings = path.join(import.meta.dirname, '../fixtures/runs');
const expectedSchema = z.array(
  z.object({
    id: z.string(),
    state: z.string(),
    epochs: z.number(),
    step: z.number(),
    attempt: z.number(),
    weightsSha256: z.string(),
    valAccuracy: z.array(z.number()),
  }),
);

for (const format of readdirSync(recordings).filter((name) => name.startsWith('format'))) {
  describe(`runs recorded in ${format}`, function () {
    this.timeout(60_000);
    const recording = path.join(recordings, format);
    const expected = expectedSchema.parse(JSON.parse(readFileSync(path.join(recording, 'expected.json'), 'utf8')));
    let workspace: string;
    before(() => {
      workspace = mkdtempSync(path.join(os.tmpdir(), 'upsize-recorded-'));
      cpSync(path.join(recording, 'runs'), path.join(workspace, '.upsize', 'runs'), { recursive: true });
    });
    after(() => rmSync(workspace, { recursive: true, force: true }));

    it('tell what they told when they were made', () => {
      const { runs, unreadable } = new RunStore(workspace).list();
      assert.deepEqual(unreadable, []);
      const told = runs.map(({ id, state, summary: { epochs, step, attempt, weightsSha256 }, damagedLines }) => {
        assert.equal(damagedLines, 0);
        const valAccuracy = epochs.map((epoch) => epoch.valAccuracy);
        return { id, state, epochs: epochs.length, step, attempt, weightsSha256, valAccuracy };
      });
      assert.deepEqual(told, expected);
    });

    it('still predict, each with its own size, and make a run card', async () => {
      for (const { id } of expected) {
        const image = path.join(recording, 'kiwi.png');
        const { code, output, errors } = await runUpsize(['predict', '--run', id, '--json', image], { cwd: workspace });
        assert.equal(code, 0, errors);
        const [prediction] = z
          .array(z.object({ runId: z.literal(id), probabilities: z.record(z.string(), z.number()) }))
          .parse(JSON.parse(output));
        assert.deepEqual(Object.keys(prediction?.probabilities ?? {}), ['apple', 'kiwi', 'lemon']);
        const sum = Object.values(prediction?.probabilities ?? {}).reduce((total, one) => total + one, 0);
        assert.ok(Math.abs(sum - 1) < 1e-5);
      }
      const card = path.join(workspace, 'card.html');
      const { code, errors } = await runUpsize(['show', expected.at(-1)?.id ?? '', '--card', card], { cwd: workspace });
      assert.equal(code, 0, errors);
      for (const { id } of expected) assert.ok(readFileSync(card, 'utf8').includes(id));
    });

    it('are shown as made by a newer Upsize, and left alone, where their format is not known yet', async () => {
      const [first] = expected;
      assert.ok(first);
      const manifest = path.join(workspace, '.upsize', 'runs', first.id, 'run.json');
      const own = readFileSync(manifest, 'utf8');
      writeFileSync(manifest, own.replace('"version": 1', '"version": 1000'));
      try {
        const { code, output, errors } = await runUpsize(['runs'], { cwd: workspace });
        assert.equal(code, 0, errors);
        assert.match(`${output}${errors}`, /newer Upsize/);
        const resumed = await runUpsize(['resume', first.id], { cwd: workspace });
        assert.notEqual(resumed.code, 0);
        assert.match(resumed.errors, /newer Upsize/);
      } finally {
        writeFileSync(manifest, own);
      }
    });
  });
}
