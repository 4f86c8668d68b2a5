import * as tf from '@tensorflow/tfjs-core';
import { updateWeightKernel, type UpdateWeightAttributes } from '../optimizers.ts';
import { allocate, heapView } from './heap.ts';

/**
 * Registers the update of one weight as one pass over it, where tfjs' operations make up to twelve. The slots are changed
 * where they lie; the weight's new value is a new tensor, since XNNPACK keeps packed filters by tensor identity.
 */
export function registerUpdateWeight(backendName: string): void {
  if (tf.getKernel(updateWeightKernel, backendName)) return;
  tf.registerKernel({
    kernelName: updateWeightKernel,
    backendName,
    kernelFunc: ({ inputs, attrs }) => updateWeight(inputs, attrs as unknown as UpdateWeightAttributes),
  });
}

function updateWeight(inputs: tf.NamedTensorInfoMap, attributes: UpdateWeightAttributes): tf.TensorInfo {
  const { weight, gradient, slot0, slot1 } = inputs;
  if (!weight || !gradient) throw new Error('The update of a weight takes the weight and its gradient.');
  const result = allocate(weight.shape);
  const arrays = { from: heapView(weight), gradients: heapView(gradient), to: heapView(result) };
  const slots = [slot0, slot1].map((slot) => slot && heapView(slot));
  passes[attributes.options.name](arrays, slots, attributes);
  return result;
}

interface Arrays {
  from: Float32Array;
  gradients: Float32Array;
  /** The new weight. */
  to: Float32Array;
}
type Pass = (arrays: Arrays, slots: (Float32Array | undefined)[], attributes: UpdateWeightAttributes) => void;

/** The formulas of optimizers.ts, value by value. */
const passes: Record<UpdateWeightAttributes['options']['name'], Pass> = {
  sgd({ from, gradients, to }, [momenta], { options, learningRate }) {
    if (options.name !== 'sgd') return;
    for (let i = 0; i < to.length; i++) {
      const change = (gradients[i] ?? 0) * learningRate;
      let step = -change;
      if (momenta) {
        const momentum = (momenta[i] ?? 0) * options.momentum - change;
        momenta[i] = momentum;
        step = options.nesterov ? momentum * options.momentum - change : momentum;
      }
      to[i] = (from[i] ?? 0) + step;
    }
  },
  rmsprop({ from, gradients, to }, [velocities, momenta], { options, learningRate }) {
    if (options.name !== 'rmsprop' || !velocities) throw new Error('RMSprop has a slot for the mean square.');
    for (let i = 0; i < to.length; i++) {
      const gradient = gradients[i] ?? 0;
      const old = velocities[i] ?? 0;
      const velocity = old + (gradient * gradient - old) * (1 - options.rho);
      velocities[i] = velocity;
      let change = (gradient * learningRate) / Math.sqrt(velocity + options.epsilon);
      if (momenta) {
        change += (momenta[i] ?? 0) * options.momentum;
        momenta[i] = change;
      }
      to[i] = (from[i] ?? 0) - change;
    }
  },
  adam({ from, gradients, to }, [momenta, velocities], { options, learningRate, correction }) {
    if (options.name !== 'adam' || !momenta || !velocities) throw new Error('Adam has slots for both moments.');
    const rate = learningRate * correction;
    for (let i = 0; i < to.length; i++) {
      const gradient = gradients[i] ?? 0;
      const oldMomentum = momenta[i] ?? 0;
      const oldVelocity = velocities[i] ?? 0;
      const momentum = oldMomentum + (gradient - oldMomentum) * (1 - options.beta1);
      const velocity = oldVelocity + (gradient * gradient - oldVelocity) * (1 - options.beta2);
      momenta[i] = momentum;
      velocities[i] = velocity;
      to[i] = (from[i] ?? 0) - (rate * momentum) / (Math.sqrt(velocity) + options.epsilon);
    }
  },
};
