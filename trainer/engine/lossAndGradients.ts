import * as tf from '@tensorflow/tfjs-core';

/**
 * The loss, a scalar, and its gradient in each of these weights, in their order; without any weight the loss alone. Where
 * it throws, it leaves no tensor behind, which tfjs' own `variableGrads` does.
 */
export function lossAndGradients(
  forward: () => tf.Scalar,
  trained: readonly { name: string; variable: tf.Variable }[],
): { value: tf.Scalar; grads: tf.Tensor[] } {
  if (trained.length === 0) return { value: forward(), grads: [] };
  const { value, grads } = variableGradients(
    forward,
    trained.map(({ variable }) => variable),
  );
  return {
    value,
    grads: trained.map(({ name, variable }) => {
      const gradient = grads[variable.name];
      if (!gradient) throw new Error(`${name}: the loss does not depend on this weight. Freeze its layer, or join it.`);
      return gradient;
    }),
  };
}

function variableGradients(forward: () => tf.Scalar, variables: tf.Variable[]) {
  try {
    return tf.variableGrads(forward, variables);
  } catch (error) {
    disposeTape();
    throw error;
  }
}

/** What tfjs kept for the gradients of a forward pass that did not come to its end. */
function disposeTape(): void {
  const { state } = tf.engine();
  const tape: unknown = state.activeTape;
  if (!Array.isArray(tape)) return;
  for (const { saved } of state.activeTape) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = [];
}
