import { strict as assert } from 'node:assert';
import { dataTypes, GraphBuilder } from '../../../../trainer/engine/graph/graphDef.ts';
import { loadGraph } from '../../../../trainer/engine/graph/graphSession.ts';
import { detectGpus } from '../../../../trainer/engine/gpu.ts';
import { useBackend } from '../useBackend.ts';

describe('the device of a graph', () => {
  before(async function () {
    await useBackend(this, 'native');
  });

  /** 1 + 2, executed where `device` says. */
  function threeOn(device?: string): number | undefined {
    const builder = new GraphBuilder(device);
    const [one, two] = [1, 2].map((value) => builder.constant(dataTypes.float32, [], Float32Array.of(value)));
    const sum = builder.node('AddV2', [one ?? '', two ?? ''], { T: { type: 'dataType', value: dataTypes.float32 } });
    const session = loadGraph(builder.savedModel());
    try {
      return session.run([], [sum])[0]?.[0];
    } finally {
      session.dispose();
    }
  }

  it('is what TensorFlow executes it on, or refuses to where it is not there', function () {
    assert.equal(threeOn(), 3);
    assert.equal(threeOn('/device:CPU:0'), 3);
    if (detectGpus().length > 0) return;
    assert.throws(() => threeOn('/device:GPU:0'), /Cannot assign a device for operation[^]*GPU:0/);
  });
});
