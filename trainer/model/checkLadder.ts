import type { NamedArray } from '../engine/trainStep.ts';
import type { Extend, ModelOptions } from '../protocol/config.ts';
import { convNetTopology } from './convNet.ts';
import { GraftError, planGraft } from './graftPlan.ts';
import { costsOf, elements, type Topology } from './topology.ts';

/** A stage as far as its model's shape goes; `extend` is null for the first one. */
export interface LadderStage {
  size: number;
  extend: Extend | null;
}

/**
 * Grows the models of a whole ladder as data, so that a third stage that cannot be joined is refused before the first one
 * has trained. Throws GraftError, naming the stage by its place (from 1) and size, and what can be done. Without a tensor.
 */
export function checkLadder(options: ModelOptions, stages: readonly LadderStage[]): void {
  let parent: Topology | null = null;
  for (const [index, { size, extend }] of stages.entries()) {
    const stagePrefix = `s${size}`;
    try {
      if (parent === null) {
        // How many classes there are changes no shape that a graft depends on.
        parent = convNetTopology(options, { size, classes: 2, stagePrefix });
        costsOf(parent);
        continue;
      }
      const stage = { size, stagePrefix, seed: 0 };
      parent = planGraft(parent, zeroWeights(parent), extend ?? { strategy: 'resize' }, stage).topology;
      costsOf(parent);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new GraftError(`Stage ${index + 1} (${size} px): ${reason}`, { cause: error });
    }
  }
}

/** Weights of a topology's shapes, all zeros: enough to work out what a graft will be. */
export function zeroWeights(topology: Topology): NamedArray[] {
  return [...costsOf(topology).values()].flatMap(({ weights }) =>
    weights.map(({ name, shape }) => ({ name, shape, data: new Float32Array(elements(shape)) })),
  );
}
