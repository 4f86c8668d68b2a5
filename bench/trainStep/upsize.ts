/** Contender: Upsize's graph step, from bytes to metrics; a fresh batch every step. */
import { createGraphStep } from '../../trainer/engine/graph/graphStep.ts';
import { loadEngine } from '../../trainer/engine/loadEngine.ts';
import { initializeWeights } from '../../trainer/model/modelWeights.ts';
import { buildModel } from '../../trainer/model/topology.ts';
import { makeImages, readCase, serveSteps } from './readCase.ts';

const work = readCase();
await loadEngine('native');
const model = buildModel(work.topology);
initializeWeights(model, 1);
for (const layer of model.layers) if (work.frozen.includes(layer.name)) layer.trainable = false;
const step = createGraphStep(model, work.options);
const batches = [0, 1, 2, 3].map(() => makeImages(work, work.batch));
let done = 0;
await serveSteps(() => {
  const batch = batches[done % batches.length];
  if (batch) step.run({ count: work.batch, ...batch }, { learningRate: 1e-4, step: done++ });
});
