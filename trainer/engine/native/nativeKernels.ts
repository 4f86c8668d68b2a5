import * as tf from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js';
import { seededUniformKernel } from '../drawClock.ts';
import { batchNormGradKernel, batchNormTrainingKernel } from '../batchNormTraining.ts';
import { biasAddGradKernel, reluGradKernel } from '../fusedGradients.ts';

const backendName = 'tensorflow';

type Inputs = Record<string, tf.TensorInfo>;
type Attrs = Record<string, unknown>;
type Operation = (backend: NodeJSKernelBackend, inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[];

/**
 * Registers TensorFlow operations that tfjs-node has no kernel for: the fused gradients, batch norm, the transform of
 * augmentation, and random numbers without hidden state. And lets `Add` of a bias be TensorFlow's `BiasAdd`, which
 * its graph optimizer fuses into the convolution before it.
 */
export function registerNativeKernels(): void {
  register(reluGradKernel, (backend, { dy, y }) =>
    backend.executeSingleOutput('ReluGrad', [typeOf(backend, 'T')], tensors(dy, y)),
  );
  register(biasAddGradKernel, (backend, { dy }) =>
    backend.executeSingleOutput('BiasAddGrad', [typeOf(backend, 'T'), layout(backend)], tensors(dy)),
  );
  register(seededUniformKernel, (backend, { key, step }, { shape }) => {
    const int32 = backend.binding.TF_INT32;
    const type = backend.binding.TF_ATTR_TYPE;
    return tf.tidy(() => {
      const seed = tf.stack(tensors(key, step));
      const size = tf.tensor1d(shape as number[], 'int32');
      return backend.executeSingleOutput(
        'StatelessRandomUniform',
        [typeOf(backend, 'dtype'), { name: 'T', type, value: int32 }, { name: 'Tseed', type, value: int32 }],
        [size, seed],
      );
    });
  });
  register(batchNormTrainingKernel, (backend, { x, scale, offset }, { epsilon }) => {
    const none = tf.tensor1d([], 'float32');
    const outputs = backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      batchNormAttributes(backend, epsilon),
      tensors(x, scale, offset, none, none),
      6,
    );
    none.dispose();
    return outputs;
  });
  register(batchNormGradKernel, (backend, { dy, x, scale, reserve1, reserve2, reserve3 }, { epsilon }) => {
    const outputs = backend.executeMultipleOutputs(
      'FusedBatchNormGradV3',
      batchNormAttributes(backend, epsilon),
      tensors(dy, x, scale, reserve1, reserve2, reserve3),
      5,
    );
    for (const unused of outputs.slice(3)) unused.dispose();
    return outputs.slice(0, 3);
  });
  register(tf.Transform, transform);
  const plainAdd = tf.getKernel(tf.Add, backendName);
  tf.unregisterKernel(tf.Add, backendName);
  tf.registerKernel({
    kernelName: tf.Add,
    backendName,
    kernelFunc(parameters) {
      const { a, b } = parameters.inputs;
      if (a && b && isBias(a, b)) {
        const backend = parameters.backend as NodeJSKernelBackend;
        return backend.executeSingleOutput('BiasAdd', [typeOf(backend, 'T'), layout(backend)], tensors(a, b));
      }
      return plainAdd.kernelFunc(parameters);
    },
  });
}

/** True for what `BiasAdd` takes: values with channels last, and one number a channel. */
export function isBias(value: tf.TensorInfo, bias: tf.TensorInfo): boolean {
  return (
    bias.shape.length === 1 &&
    value.shape.length >= 2 &&
    value.shape.at(-1) === bias.shape[0] &&
    value.dtype === 'float32' &&
    bias.dtype === 'float32'
  );
}

function register(kernelName: string, operation: Operation): void {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      operation(backend as NodeJSKernelBackend, inputs as Inputs, attrs ?? {}),
  });
}

/** `ImageProjectiveTransformV3` as `tf.image.transform` calls it. */
const transform: Operation = (backend, { image, transforms }, attrs) => {
  const outputShape = (attrs.outputShape as number[] | null) ?? image?.shape.slice(1, 3) ?? [];
  return tf.tidy(() =>
    backend.executeSingleOutput(
      'ImageProjectiveTransformV3',
      [
        typeOf(backend, 'dtype'),
        text(backend, 'interpolation', attrs.interpolation),
        text(backend, 'fill_mode', attrs.fillMode),
      ],
      tensors(image, transforms, tf.tensor1d(outputShape, 'int32'), tf.scalar(Number(attrs.fillValue))),
    ),
  );
};

function batchNormAttributes(backend: NodeJSKernelBackend, epsilon: unknown) {
  const { TF_ATTR_FLOAT, TF_ATTR_BOOL } = backend.binding;
  return [
    typeOf(backend, 'T'),
    typeOf(backend, 'U'),
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: Number(epsilon) },
    layout(backend),
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
}

function typeOf(backend: NodeJSKernelBackend, name: string) {
  return { name, type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT };
}

function layout(backend: NodeJSKernelBackend) {
  return text(backend, 'data_format', 'NHWC');
}

function text(backend: NodeJSKernelBackend, name: string, value: unknown) {
  return { name, type: backend.binding.TF_ATTR_STRING, value: String(value).toUpperCase() };
}

/** Kernel inputs as the backend's calls want them typed: it reads no more of them than their `TensorInfo`. */
function tensors(...infos: (tf.TensorInfo | undefined)[]): tf.Tensor[] {
  return infos as tf.Tensor[];
}
