import { strict as assert } from 'node:assert';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { runPaths } from '../../../trainer/protocol/runPaths.ts';
import { countSteps, readStepColumn, stepColumnFile } from '../../../trainer/protocol/stepColumns.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/numpy');
const values = z.array(z.number().nullable());
const recordedSchema = z.object({
  cases: z.array(
    z.object({
      range: z.object({ from: z.number(), to: z.number(), points: z.number() }),
      count: z.number(),
      step: z.array(z.number()),
      min: values,
      max: values,
      mean: values,
    }),
  ),
});

describe('step metrics of a range', () => {
  let run: string;
  before(() => {
    run = mkdtempSync(path.join(tmpdir(), 'upsize-columns-'));
    mkdirSync(runPaths(run).stepColumns);
    copyFileSync(path.join(fixtures, 'loss.f32'), stepColumnFile(run, 'loss'));
  });
  after(() => rmSync(run, { recursive: true }));

  const { cases } = recordedSchema.parse(JSON.parse(readFileSync(path.join(fixtures, 'stepColumns.json'), 'utf8')));
  for (const { range, ...expected } of cases) {
    it(`are reduced as numpy reduces them: ${range.from} to ${range.to} in ${range.points}`, () => {
      const found = readStepColumn(run, 'loss', range);
      assert.deepEqual([found.count, found.step], [expected.count, expected.step]);
      assert.ok(found.step.length <= range.points);
      for (const which of ['min', 'max', 'mean'] as const) {
        assert.equal(found[which].length, expected[which].length);
        found[which].forEach((value, at) => {
          const recorded = expected[which][at] ?? null;
          if (recorded === null) assert.ok(Number.isNaN(value), `${which} of bucket ${at} is ${value}`);
          else assert.ok(Math.abs(value - recorded) < 1e-9, `${which} of bucket ${at}: ${value}, not ${recorded}`);
        });
      }
    });
  }

  it('are none where there is no column', () => {
    assert.deepEqual(readStepColumn(run, 'accuracy', { from: 0, to: 10, points: 5 }).step, []);
    assert.deepEqual([countSteps(run, 'accuracy'), countSteps(run, 'loss')], [0, 2500]);
  });
});
