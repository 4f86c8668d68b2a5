import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerOptions } from './trainStep.ts';

/** A weight that is trained, by its name in the model. */
export interface TrainedWeight {
  name: string;
  variable: tf.Variable;
}

/** Updates weights by Keras 3's formulas, with its slots in the open, so that a checkpoint can hold them. */
export interface Optimizer {
  /** Slots by name: `<weight>/<slot>`, each of its weight's shape; all zeros at first. */
  readonly slots: ReadonlyMap<string, tf.Variable>;
  /** Steps taken, which Adam's bias correction needs. */
  iterations: number;
  /** Applies one gradient for each weight, in the weights' order. */
  apply(gradients: readonly tf.Tensor[], learningRate: number): void;
  dispose(): void;
}

/**
 * Kernel: the update of one weight, for engines that have it. Inputs weight, gradient, and the optimizer's slots as
 * `slot0` and `slot1`, which it changes in place; output the new weight.
 */
export const updateWeightKernel = 'UpsizeUpdateWeight';

/** Attributes of that kernel. */
export interface UpdateWeightAttributes {
  options: OptimizerOptions;
  learningRate: number;
  /** Adam's bias correction of this step; 1 for the others. */
  correction: number;
}

/** New value of a weight, from its gradient and slots; sets the slots itself. */
type Rule = (variable: tf.Variable, gradient: tf.Tensor, slots: tf.Variable[], learningRate: number) => tf.Tensor;

/** An optimizer for these weights, slots at zero. */
export function makeOptimizer(options: OptimizerOptions, weights: readonly TrainedWeight[]): Optimizer {
  const slots = new Map<string, tf.Variable>();
  const slotNames = slotNamesOf(options);
  const rows = weights.map(({ name, variable }) => {
    const own = slotNames.map((slotName) => {
      const slot = tf.tidy(() => tf.variable(tf.zeros(variable.shape), false));
      slots.set(`${name}/${slotName}`, slot);
      return slot;
    });
    return { variable, slots: own };
  });
  const optimizer: Optimizer = {
    slots,
    iterations: 0,
    apply(gradients, learningRate) {
      optimizer.iterations++;
      const correction = options.name === 'adam' ? adamCorrection(options, optimizer.iterations) : 1;
      const isFused = tf.getKernel(updateWeightKernel, tf.getBackend()) !== undefined;
      const rule = isFused ? fusedRule(options, correction) : ruleOf(options, correction);
      rows.forEach((row, index) => {
        const gradient = gradients[index];
        if (!gradient) throw new Error(`There is no gradient for weight ${index}.`);
        tf.tidy(() => row.variable.assign(rule(row.variable, gradient, row.slots, learningRate)));
      });
    },
    dispose() {
      for (const slot of slots.values()) slot.dispose();
    },
  };
  return optimizer;
}

/** Names of an optimizer's slots, one tensor a trained weight each. */
export function slotNamesOf(options: OptimizerOptions): readonly string[] {
  switch (options.name) {
    case 'sgd':
      return options.momentum > 0 ? ['momentum'] : [];
    case 'rmsprop':
      return options.momentum > 0 ? ['velocity', 'momentum'] : ['velocity'];
    case 'adam':
      return ['momentum', 'velocity'];
  }
}

/** Corrects both moments' bias towards zero (Kingma and Ba 2015, section 2); `iterations` counts from 1. */
function adamCorrection({ beta1, beta2 }: { beta1: number; beta2: number }, iterations: number): number {
  return Math.sqrt(1 - beta2 ** iterations) / (1 - beta1 ** iterations);
}

function fusedRule(options: OptimizerOptions, correction: number): Rule {
  return (weight, gradient, [slot0, slot1], learningRate) => {
    const inputs = { weight, gradient, ...(slot0 && { slot0 }), ...(slot1 && { slot1 }) };
    const attributes: UpdateWeightAttributes = { options, learningRate, correction };
    return tf.engine().runKernel(updateWeightKernel, inputs, { ...attributes });
  };
}

/** keras/src/optimizers/{sgd,rmsprop,adam}.py. */
function ruleOf(options: OptimizerOptions, correction: number): Rule {
  switch (options.name) {
    case 'sgd':
      return (variable, gradient, [momentum], learningRate) => {
        const change = tf.mul(gradient, learningRate);
        if (!momentum) return tf.sub(variable, change);
        momentum.assign(tf.sub(tf.mul(momentum, options.momentum), change));
        if (!options.nesterov) return tf.add(variable, momentum);
        return tf.add(variable, tf.sub(tf.mul(momentum, options.momentum), change));
      };
    case 'rmsprop':
      return (variable, gradient, [velocity, momentum], learningRate) => {
        if (!velocity) throw new Error('RMSprop has a slot for the mean square.');
        velocity.assign(average(velocity, tf.square(gradient), options.rho));
        const scale = tf.mul(tf.rsqrt(tf.add(velocity, options.epsilon)), learningRate);
        const change = tf.mul(gradient, scale);
        if (!momentum) return tf.sub(variable, change);
        momentum.assign(tf.add(tf.mul(momentum, options.momentum), change));
        return tf.sub(variable, momentum);
      };
    case 'adam':
      // Epsilon stands beside the square root of the uncorrected second moment ("epsilon hat" of Kingma and Ba).
      return (variable, gradient, [momentum, velocity], learningRate) => {
        if (!momentum || !velocity) throw new Error('Adam has slots for both moments.');
        momentum.assign(average(momentum, gradient, options.beta1));
        velocity.assign(average(velocity, tf.square(gradient), options.beta2));
        const scaled = tf.div(momentum, tf.add(tf.sqrt(velocity), options.epsilon));
        return tf.sub(variable, tf.mul(scaled, learningRate * correction));
      };
  }
}

/** keep · old + (1 − keep) · fresh, as old + (1 − keep) · (fresh − old). */
function average(old: tf.Tensor, fresh: tf.Tensor, keep: number): tf.Tensor {
  return tf.add(old, tf.mul(tf.sub(fresh, old), 1 - keep));
}
