import { createGraphStep } from '../../../../trainer/engine/graph/graphStep.ts';
import { loadEngine } from '../../../../trainer/engine/loadEngine.ts';
import { convNet } from '../../../../trainer/model/convNet.ts';

// A program of its own: other tests of the same process register other gradients over Upsize’s, whose graph has other
// operations. Prints how many casts a step has in each precision.
await loadEngine('native');
const model = convNet(
  { filters: [8, 8, 8, 8], head: 'globalAverage', denseUnits: 16, dropout: 0.2, batchNormalization: true },
  { size: 16, classes: 3, stagePrefix: 's16', seed: 1 },
);
const counts = (['float32', 'bfloat16'] as const).map((precision) => {
  const optimizer = { name: 'sgd', momentum: 0.9, nesterov: false } as const;
  return createGraphStep(model, { optimizer, labelSmoothing: 0, seed: 3, precision }).operations.get('Cast') ?? 0;
});
process.stdout.write(JSON.stringify(counts));
