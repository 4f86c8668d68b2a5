/** Contender: batches in a shuffled order from Upsize's cache. Usage: upsize.ts INPUT.json. Writes the same bytes for the peer beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { batches, type PixelBatch } from '../../trainer/dataset/batches.ts';
import { epochOrder } from '../../trainer/dataset/epochOrder.ts';
import { openPixels } from '../../trainer/dataset/openPixels.ts';
import { prepareDataset } from '../../trainer/dataset/prepareDataset.ts';
import { configSchema, effectiveDatasetSchema } from '../../trainer/protocol/config.ts';
import { serveSteps } from '../trainStep/readCase.ts';

interface InputCase {
  workspace: string;
  dataset: string;
  size: number;
  batch: number;
}

// Written by the bench that starts this program.
const { workspace, dataset, size, batch } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as InputCase;
const prepared = await prepareDataset({
  options: effectiveDatasetSchema.parse({ path: dataset }),
  baseDirectory: workspace,
  workspace,
  sizes: [size],
  seed: 1,
  cacheBytes: configSchema.parse({ dataset: '.' }).cacheBytes,
});
const pixels = await openPixels(prepared, size);
// A peer that lies in memory beside it reads the same number of images of the same size.
writeFileSync(path.join(workspace, `images-${size}.txt`), String(prepared.train.length));
let epoch = 0;
let giving: AsyncGenerator<PixelBatch> | null = null;
await serveSteps(async () => {
  for (;;) {
    giving ??= batches({
      ...{ pixels, batchSize: batch, labels: prepared.labels },
      order: epochOrder({
        seed: 1,
        epoch: epoch++,
        indices: prepared.train,
        labels: prepared.labels,
        classWeight: 'none',
      }),
    });
    const { done } = await giving.next();
    if (!done) return;
    giving = null;
  }
});
await pixels.close();
