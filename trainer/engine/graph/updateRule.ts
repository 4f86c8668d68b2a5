import type { OptimizerOptions } from '../trainStep.ts';
import { dataTypes, type GraphBuilder, type Output } from './graphDef.ts';

/** Variables of one trained weight, as resource handles, and what they are updated by. */
export interface WeightUpdate {
  weight: Output;
  /** In the order of `slotNamesOf`; RMSprop without momentum has one more, which no one reads. */
  slots: readonly Output[];
  gradient: Output;
  /** float32 scalar. For Adam with the bias correction: rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  learningRate: Output;
}

const T = { type: 'dataType', value: dataTypes.float32 } as const;

/**
 * Writes the update of one weight and returns its node. Each is TensorFlow's fused operation, whose formula is that of
 * Keras 3 and of the eager optimizers (tensorflow/core/kernels/training_ops.cc).
 */
export function emitUpdate(builder: GraphBuilder, optimizer: OptimizerOptions, update: WeightUpdate): Output {
  const scalar = (value: number) => builder.constant(dataTypes.float32, [], Float32Array.of(value));
  const { weight, gradient, learningRate } = update;
  const slot = (index: number): Output => {
    const handle = update.slots[index];
    if (handle === undefined) throw new Error(`${optimizer.name} lacks slot ${index} of ${weight}.`);
    return handle;
  };
  switch (optimizer.name) {
    case 'sgd': {
      if (optimizer.momentum === 0) {
        return builder.node('ResourceApplyGradientDescent', [weight, learningRate, gradient], { T }, 'update/sgd');
      }
      return builder.node(
        'ResourceApplyKerasMomentum',
        [weight, slot(0), learningRate, gradient, scalar(optimizer.momentum)],
        { T, use_nesterov: { type: 'bool', value: optimizer.nesterov } },
        'update/sgd',
      );
    }
    case 'rmsprop':
      return builder.node(
        'ResourceApplyRMSProp',
        [
          ...[weight, slot(0), slot(1), learningRate],
          ...[optimizer.rho, optimizer.momentum, optimizer.epsilon].map(scalar),
          gradient,
        ],
        { T },
        'update/rmsprop',
      );
    case 'adam':
      // With powers of 0 the operation corrects nothing: the rate that is fed is corrected, by double precision.
      return builder.node(
        'ResourceApplyAdam',
        [
          ...[weight, slot(0), slot(1), scalar(0), scalar(0), learningRate],
          ...[optimizer.beta1, optimizer.beta2, optimizer.epsilon].map(scalar),
          gradient,
        ],
        { T, use_nesterov: { type: 'bool', value: false } },
        'update/adam',
      );
  }
}
