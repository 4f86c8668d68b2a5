import { createGraphStep } from '../../../../trainer/engine/graph/graphStep.ts';
import { loadEngine } from '../../../../trainer/engine/loadEngine.ts';
import { convNet } from '../../../../trainer/model/convNet.ts';
import { makeBatch } from './pairOfSteps.ts';

// A program of its own, because a process loads one build of the engine: node graphOnDevices.ts gpu|processor. Trains a net for 20
// steps where TensorFlow puts it and bound to the processor, and prints the losses of both.
const { build, gpu } = await loadEngine('native', { gpu: process.argv[2] === 'gpu', threads: 1 });
const kind = { size: 24, classes: 3, augment: true };
const model = convNet(
  { filters: [8, 8], head: 'globalAverage', denseUnits: 8, dropout: 0.2, batchNormalization: true },
  { ...kind, stagePrefix: 's24', seed: 1 },
);
const [free, bound] = ([undefined, 'cpu'] as const).map((device) => {
  const step = createGraphStep(model, {
    ...{ optimizer: { name: 'sgd', momentum: 0.9, nesterov: true }, labelSmoothing: 0, seed: 1 },
    ...(device && { device }),
  });
  const batch = makeBatch(kind, 0, 16);
  const losses = Array.from({ length: 20 }, (_, index) => step.run(batch, { learningRate: 0.01, step: index }).loss);
  step.dispose();
  return losses;
});
console.log(JSON.stringify({ build, gpuUsed: gpu.used, note: gpu.note, free, bound }));
