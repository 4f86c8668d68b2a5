import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { createGraphStep } from '../../../../trainer/engine/graph/graphStep.ts';
import { loadEngine } from '../../../../trainer/engine/loadEngine.ts';
import { convNet } from '../../../../trainer/model/convNet.ts';
import { makeBatch } from './pairOfSteps.ts';

// A program of its own, because the engine belongs to one thread of a process. Prints the first and the last loss of a
// training in a worker, and how often the main thread's timer went off meanwhile.
if (isMainThread) {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const worker = new Worker(new URL(import.meta.url));
  worker.on('message', (losses: { first: number; last: number }) => {
    clearInterval(timer);
    process.stdout.write(JSON.stringify({ ...losses, ticks }));
  });
} else {
  await loadEngine('native');
  const kind = { size: 24, classes: 3 };
  const model = convNet(
    { filters: [8, 8], head: 'globalAverage', denseUnits: 0, dropout: 0, batchNormalization: true },
    { ...kind, stagePrefix: 's24', seed: 1 },
  );
  const step = createGraphStep(model, {
    optimizer: { name: 'sgd', momentum: 0.9, nesterov: true },
    labelSmoothing: 0,
    seed: 1,
  });
  const batch = makeBatch(kind, 0, 16);
  const losses = Array.from({ length: 20 }, (_, index) => step.run(batch, { learningRate: 0.05, step: index }).loss);
  step.dispose();
  parentPort?.postMessage({ first: losses[0], last: losses.at(-1) });
}
