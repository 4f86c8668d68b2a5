import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import { configSchema } from '../../../trainer/protocol/config.ts';

const samples = path.join(import.meta.dirname, '../../../samples');

describe("the sample's experiment files", () => {
  for (const file of readdirSync(samples).filter((name) => name.endsWith('upsize.json'))) {
    it(`${file} is a config that the trainer takes, for the sample's photos`, () => {
      const errors: ParseError[] = [];
      const parsed: unknown = parse(readFileSync(path.join(samples, file), 'utf8'), errors, {
        allowTrailingComma: true,
      });
      assert.deepEqual(errors, []);
      assert.equal(configSchema.parse(parsed).dataset, 'photos');
    });
  }

  it('are there: the ladder and its control', () => {
    const stages = (file: string) =>
      configSchema
        .parse(parse(readFileSync(path.join(samples, file), 'utf8')))
        .stages.map(({ size, epochs }) => [size, epochs]);
    const ladder = stages('upsize.json');
    assert.deepEqual(
      ladder.map(([size]) => size),
      [48, 96, 192],
    );
    assert.deepEqual(stages('small-only.upsize.json'), [[48, (ladder[0]?.[1] ?? 0) + (ladder[1]?.[1] ?? 0)]]);
  });
});
