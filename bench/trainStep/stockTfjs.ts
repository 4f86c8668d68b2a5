/** Contender: tfjs-node as it comes, `model.trainOnBatch` op by op, with its own kernels, gradients and layers. Usage: stockTfjs.ts CASE.json [gpu] */
import { constants } from 'node:os';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { findNativeParts } from '../../trainer/engine/native/nativeParts.ts';
import { readLayer } from '../../trainer/model/layerKinds.ts';
import { makeImages, readCase, serveSteps } from './readCase.ts';

const work = readCase();
const parts = findNativeParts({ gpu: process.argv[3] === 'gpu' });
if (!parts.found) throw new Error(parts.reason);
const removed = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
};
for (const [name, value] of Object.entries(removed)) if (!(name in util)) Object.defineProperty(util, name, { value });
const addon = { exports: {} };
process.dlopen(addon, parts.addon, constants.dlopen.RTLD_NOW);
const { NodeJSKernelBackend } = await import('@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js');
await import('@tensorflow/tfjs-node/dist/register_all_kernels.js');
const backend = new NodeJSKernelBackend(addon.exports as ConstructorParameters<typeof NodeJSKernelBackend>[0], 'stock');
tf.registerBackend('tensorflow', () => backend, 3);
await tf.setBackend('tensorflow');

const { topology, frozen, batch } = work;
const outputs = new Map<string, tfl.SymbolicTensor>([
  [topology.input, tfl.input({ name: topology.input, shape: topology.inputShape })],
]);
for (const node of topology.layers) {
  // Stock dropout draws its masks in JavaScript; the other layers of Upsize's models are tfjs' own.
  const made = ['Dropout', 'SeededDropout'].includes(node.className)
    ? tfl.layers.dropout({ name: node.name, rate: Number(node.config.rate) })
    : readLayer(node.name, node.className, node.config).make(node.name);
  const inputs = node.inputs.map((name) => outputs.get(name)).filter((tensor) => tensor !== undefined);
  const [first] = inputs;
  if (!first) throw new Error(`${node.name} has no input.`);
  made.trainable = !frozen.includes(node.name);
  outputs.set(node.name, made.apply(inputs.length > 1 ? inputs : first) as tfl.SymbolicTensor);
}
const [input, output] = [outputs.get(topology.input), outputs.get(topology.output)];
if (!input || !output) throw new Error('The net has no input or no output.');
const model = tfl.model({ inputs: input, outputs: output });
model.compile({ optimizer: tf.train.rmsprop(1e-4), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const batches = [0, 1, 2, 3].map(() => makeImages(work, batch));
let done = 0;
await serveSteps(async () => {
  const images = batches[done++ % batches.length];
  if (!images) return;
  const x = tf.tensor(Float32Array.from(images.pixels), [batch, ...topology.inputShape]);
  const y = tf.tensor(Float32Array.from(images.labels), [batch, 1]);
  await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
});
