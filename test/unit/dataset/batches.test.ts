import { strict as assert } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { batches, type PixelReader } from '../../../trainer/dataset/batches.ts';
import { epochLength, epochOrder } from '../../../trainer/dataset/epochOrder.ts';

/** A reader whose images are filled with their index, and which notes what it is asked for. */
function indexReader(read?: (indices: number[]) => Promise<void>) {
  const asked: number[][] = [];
  const reader: PixelReader = {
    size: 2,
    async read(indices, into) {
      const wanted = Array.from(indices);
      asked.push(wanted);
      await read?.(wanted);
      for (const [at, index] of wanted.entries()) into.fill(index, at * 12, (at + 1) * 12);
    },
    close: () => Promise.resolve(),
  };
  return { reader, asked };
}

const labels = Int32Array.from({ length: 100 }, (_, i) => i * 10);

describe('batches', () => {
  it('gives each image of the order once, with its label and pixels', async () => {
    const { reader } = indexReader();
    const order = Uint32Array.from([5, 3, 9, 1, 7, 2, 8]);
    const seen: number[] = [];
    for await (const batch of batches({ pixels: reader, order, batchSize: 3, labels })) {
      assert.equal(batch.count, batch.index === 2 ? 1 : 3);
      assert.equal(batch.pixels.length, batch.count * 12);
      for (let i = 0; i < batch.count; i++) {
        seen.push(batch.indices[i] ?? -1);
        assert.equal(batch.labels[i], (batch.indices[i] ?? -1) * 10);
        assert.ok(batch.pixels.subarray(i * 12, i * 12 + 12).every((value) => value === batch.indices[i]));
      }
    }
    assert.deepEqual(seen, [...order]);
  });

  it('reads two batches ahead of the one in use, and no further', async () => {
    const { reader, asked } = indexReader();
    const order = Uint32Array.from({ length: 10 }, (_, i) => i);
    const askedAt: number[] = [];
    for await (const batch of batches({ pixels: reader, order, batchSize: 2, labels })) {
      await delay(1);
      askedAt.push(asked.length);
      assert.equal(batch.pixels[0], batch.indices[0]);
    }
    assert.deepEqual(askedAt, [3, 4, 5, 5, 5]);
  });

  it('begins in the middle of an epoch that is resumed', async () => {
    const { reader, asked } = indexReader();
    const order = Uint32Array.from({ length: 9 }, (_, i) => i);
    const seen: number[] = [];
    for await (const batch of batches({ pixels: reader, order, batchSize: 2, labels, startBatch: 3 })) {
      seen.push(batch.index, ...batch.indices);
    }
    assert.deepEqual(seen, [3, 6, 7, 4, 8]);
    assert.deepEqual(asked, [[6, 7], [8]]);
    for await (const batch of batches({ pixels: reader, order, batchSize: 2, labels, startBatch: 5 })) {
      assert.fail(`batch ${batch.index} of an epoch that is over`);
    }
  });

  it('throws what a read throws, where its batch is due', async () => {
    const { reader } = indexReader((indices) => (indices.includes(4) ? Promise.reject(new Error('gone')) : delay(1)));
    const order = Uint32Array.from({ length: 8 }, (_, i) => i);
    let given = 0;
    await assert.rejects(async () => {
      for await (const batch of batches({ pixels: reader, order, batchSize: 2, labels })) given += batch.count;
    }, /gone/);
    assert.equal(given, 4);
  });

  it('ends only when no read is under way any more', async () => {
    let underWay = 0;
    const { reader } = indexReader(async () => {
      underWay++;
      await delay(20);
      underWay--;
    });
    const order = Uint32Array.from({ length: 8 }, (_, i) => i);
    for await (const batch of batches({ pixels: reader, order, batchSize: 2, labels })) {
      assert.equal(batch.index, 0);
      break;
    }
    assert.equal(underWay, 0);
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await assert.rejects(async () => {
      for await (const batch of batches({ pixels: reader, order, batchSize: 2, labels, signal: stop.signal })) {
        assert.fail(`batch ${batch.index}`);
      }
    }, /stopped/);
  });
});

describe('the order of an epoch', () => {
  const indices = Uint32Array.from({ length: 60 }, (_, i) => i + 20);
  // 40 of class 0, 15 of class 1, 5 of class 2.
  const classes = Int32Array.from({ length: 80 }, (_, i) => (i < 60 ? 0 : i < 75 ? 1 : 2));

  it('holds every training image once, decided by seed and epoch alone', () => {
    const draw = (seed: number, epoch: number) =>
      epochOrder({ seed, epoch, indices, labels: classes, classWeight: 'none' });
    assert.deepEqual(
      [...draw(1, 4)].sort((a, b) => a - b),
      [...indices],
    );
    assert.deepEqual(draw(1, 4), draw(1, 4));
    assert.equal(new Set([draw(1, 4), draw(1, 5), draw(2, 4)].map((order) => order.join())).size, 3);
    assert.deepEqual(indices[0], 20);
  });

  it('undersamples to the rarest class, anew in each epoch', () => {
    const drawn = new Set<number>();
    for (let epoch = 0; epoch < 12; epoch++) {
      const order = epochOrder({ seed: 1, epoch, indices, labels: classes, classWeight: 'undersample' });
      const counts = [0, 0, 0];
      for (const index of order) counts[classes[index] ?? 0] = (counts[classes[index] ?? 0] ?? 0) + 1;
      assert.deepEqual(counts, [5, 5, 5]);
      assert.equal(new Set(order).size, 15);
      for (const index of order) drawn.add(index);
    }
    assert.ok(drawn.size > 45, `${drawn.size} images in 12 epochs`);
    assert.equal(epochLength({ indices, labels: classes, classWeight: 'undersample' }), 15);
    assert.equal(epochLength({ indices, labels: classes, classWeight: 'balanced' }), 60);
  });
});
