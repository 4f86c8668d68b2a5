import type * as tfl from '@tensorflow/tfjs-layers';
import { readWeights, writeWeights } from './modelWeights.ts';
import { buildModel, type Topology } from './topology.ts';

/** Some layers of a model as a model of their own, with copies of their weights. The caller disposes it. */
export function modelPart(model: tfl.LayersModel, topology: Topology): tfl.LayersModel {
  const part = buildModel(topology);
  const names = new Set(part.weights.map(({ originalName }) => originalName));
  writeWeights(
    part,
    readWeights(model).filter(({ name }) => names.has(name)),
  );
  return part;
}
