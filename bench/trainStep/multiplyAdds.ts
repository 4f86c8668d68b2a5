import { costsOf } from '../../trainer/model/topology.ts';
import type { TrainStepCase } from './cases.ts';

/**
 * Multiply-adds of convolutions and dense layers in one training step, per image: forward everywhere; once more for a
 * weight gradient where the layer trains; once more for an input gradient where a layer before it trains. That is 3 × for trained
 * layers, 2 × for a frozen one that the gradient goes through (and for the first trained one), 1 × for what lies below.
 */
export function multiplyAddsOfStep({ topology, frozen }: Pick<TrainStepCase, 'topology' | 'frozen'>): number {
  const costs = costsOf(topology);
  /** Whether a trained weight lies at or before a layer. */
  const reached = new Map<string, boolean>([[topology.input, false]]);
  let total = 0;
  for (const layer of topology.layers) {
    const cost = costs.get(layer.name);
    const trains = !frozen.includes(layer.name) && (cost?.weights.length ?? 0) > 0;
    const before = layer.inputs.some((name) => reached.get(name) ?? false);
    reached.set(layer.name, before || trains);
    const kernel = cost?.weights.find(({ name }) => /(^|\/)kernel$/.test(name));
    if (!cost || !kernel || !['Conv2D', 'Dense'].includes(layer.className)) continue;
    const positions = layer.className === 'Conv2D' ? product(cost.outputShape.slice(0, 2)) : 1;
    total += product(kernel.shape) * positions * (1 + Number(trains) + Number(before));
  }
  return total;
}

function product(values: readonly number[]): number {
  return values.reduce((whole, value) => whole * value, 1);
}
