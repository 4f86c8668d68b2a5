import { strict as assert } from 'node:assert';
import { sampleConfig } from '../../../samples/sampleConfig.ts';
import { configSchema } from '../../../trainer/protocol/config.ts';

describe("the sample's config", () => {
  it('is one that the trainer takes: three stages over the photos', () => {
    const { dataset, stages } = configSchema.parse(sampleConfig);
    assert.equal(dataset, 'photos');
    assert.deepEqual(
      stages.map(({ size }) => size),
      [48, 96, 192],
    );
  });
});
