/** Contender: Upsize's graph step, from bytes to metrics; a fresh batch every step. Usage: upsize.ts CASE.json [gpu] */
import { createGraphStep } from '../../trainer/engine/graph/graphStep.ts';
import { loadEngine } from '../../trainer/engine/loadEngine.ts';
import { initializeWeights } from '../../trainer/model/modelWeights.ts';
import { buildModel } from '../../trainer/model/topology.ts';
import { makeImages, readCase, serveSteps } from './readCase.ts';

const work = readCase();
const gpu = process.argv[3] === 'gpu';
const engine = await loadEngine('native', { gpu });
if (engine.gpu.used !== gpu) throw new Error(engine.gpu.note);
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
