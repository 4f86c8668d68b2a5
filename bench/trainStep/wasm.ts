/**
 * Contender: the training step on the WASM engine; with `stock` on tfjs-backend-wasm as it comes, but for the filter gradient that it
 * lacks, written as its own `conv2d`. Usage: wasm.ts CASE.json upsize|stock
 */
import path from 'node:path';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { createEagerStep } from '../../trainer/engine/eagerStep.ts';
import { loadEngine } from '../../trainer/engine/loadEngine.ts';
import { registerPlainKernels } from '../../trainer/engine/plainKernels.ts';
import { registerConv2DBackpropFilter } from '../../trainer/engine/wasm/conv2dBackpropFilter.ts';
import { initializeWeights } from '../../trainer/model/modelWeights.ts';
import { buildModel } from '../../trainer/model/topology.ts';
import { makeImages, readCase, serveSteps } from './readCase.ts';

const work = readCase();
if (process.argv[3] === 'stock') {
  registerConv2DBackpropFilter('wasm');
  registerPlainKernels('wasm');
  wasm.setWasmPaths(`${path.resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
  await tf.setBackend('wasm');
} else {
  await loadEngine('wasm');
}
const model = buildModel(work.topology);
initializeWeights(model, 1);
for (const layer of model.layers) if (work.frozen.includes(layer.name)) layer.trainable = false;
const step = createEagerStep(model, work.options);
const images = makeImages(work, work.batch);
let done = 0;
await serveSteps(async () => {
  await step.run({ count: work.batch, ...images }, { learningRate: 1e-4, step: done++ });
});
