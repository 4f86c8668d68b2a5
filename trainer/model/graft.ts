import type * as tfl from '@tensorflow/tfjs-layers';
import type { Extend } from '../protocol/config.ts';
import { planGraft, type GraftStage } from './graftPlan.ts';
import { initializeWeights, readWeights, writeWeights } from './modelWeights.ts';
import { buildModel, topologyOf } from './topology.ts';

/** A stage's model made out of its parent's. */
export interface Graft {
  /** The caller disposes it. */
  model: tfl.LayersModel;
  /** Names of the layers that came from the parent. */
  trunkLayers: string[];
  /** Names of the layers that are new. */
  newLayers: string[];
  /** Whether the model begins with its parent's answers, to rounding. */
  preservesParent: boolean;
}

/**
 * Makes the model of a stage of `size` pixels out of its parent's. `resize` carries on with the same layers on larger
 * images; `feeder` puts new layers in front of the whole trunk or in place of its first convolution, one feeder for each
 * halving. The parent's weights are copied, its model is left as it is. Names of new layers begin with `stagePrefix`.
 * Throws GraftError where the sizes cannot be joined, naming those that can.
 */
export function graft(parent: tfl.LayersModel, extend: Extend, stage: GraftStage): Graft {
  const parentWeights = readWeights(parent);
  const plan = planGraft(topologyOf(parent), parentWeights, extend, stage);
  const model = buildModel(plan.topology);
  const newLayers = plan.newLayers.map((layer) => layer.name);
  const isNew = new Set(newLayers);
  const trunkLayers = plan.topology.layers.map((layer) => layer.name).filter((name) => !isNew.has(name));
  try {
    initializeWeights(model, stage.seed, newLayers);
    writeWeights(model, plan.initial);
    const kept = new Set(trunkLayers);
    writeWeights(
      model,
      parentWeights.filter(({ name }) => kept.has(name.slice(0, name.lastIndexOf('/')))),
    );
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, trunkLayers, newLayers, preservesParent: plan.preservesParent };
}
