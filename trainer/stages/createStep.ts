import type * as tfl from '@tensorflow/tfjs-layers';
import { createEagerStep } from '../engine/eagerStep.ts';
import { GraphRefusedError } from '../engine/graph/graphRefused.ts';
import { createGraphStep } from '../engine/graph/graphStep.ts';
import type { EngineName } from '../engine/loadEngine.ts';
import type { TrainStep, TrainStepOptions } from '../engine/trainStep.ts';

/** The way a stage's steps are executed. */
export interface CreatedStep {
  step: TrainStep;
  /** Why the faster way was not taken, as a sentence, or null. */
  fallback: string | null;
}

/**
 * The fastest exact way to execute training steps of a model on the engine that is loaded: one traced graph on the native
 * engine, else operation by operation. A resumed run goes on in the `mode` it began in, since the two round differently;
 * it throws GraphRefusedError where the graph it began with can no longer be made.
 */
export function createStep(
  engine: EngineName,
  model: tfl.LayersModel,
  options: TrainStepOptions,
  mode: TrainStep['mode'] | null = null,
): CreatedStep {
  if (engine === 'wasm' || mode === 'eager') return { step: createEagerStep(model, options), fallback: null };
  try {
    return { step: createGraphStep(model, options), fallback: null };
  } catch (error) {
    if (!(error instanceof GraphRefusedError) || mode === 'graph') throw error;
    const precision = options.precision === 'bfloat16' ? ', and in float32' : '';
    const fallback = `The model is executed operation by operation, which is slower${precision}: ${error.message}`;
    return { step: createEagerStep(model, options), fallback };
  }
}
