import * as tf from '@tensorflow/tfjs-core';
import { allocate, heapView } from './heap.ts';

/** What tfjs calls the gradient of a convolution's input with. */
export interface Conv2DBackpropInputAttributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  inputShape: [number, number, number, number];
}

type Plan = ReturnType<typeof planOf>;

/**
 * Replaces tfjs' kernel for the gradient of a 2-D convolution in its input, which walks one value at a time and takes
 * ten times as long as the convolution itself. The gradient is a convolution of `dy`, spread out by the strides, with
 * the filter turned by half a circle; the engine's own convolution does it. Paddings wider than the filter stay with
 * tfjs' kernel.
 */
export function replaceConv2DBackpropInput(backendName: string): void {
  const plain = tf.getKernel(tf.Conv2DBackpropInput, backendName);
  tf.unregisterKernel(tf.Conv2DBackpropInput, backendName);
  tf.registerKernel({
    ...plain,
    kernelFunc(parameters) {
      const { dy, filter } = parameters.inputs as { dy: tf.Tensor4D; filter: tf.Tensor4D };
      const attributes = parameters.attrs as unknown as Conv2DBackpropInputAttributes;
      const plan = planOf(filter, attributes);
      if (attributes.dataFormat !== 'NHWC' || plan.padding.flat().some((pad) => pad < 0))
        return plain.kernelFunc(parameters);
      return conv2dBackpropInput(dy, filter, plan);
    },
  });
}

function planOf(filter: tf.Tensor4D, { inputShape, strides, pad, dimRoundingMode }: Conv2DBackpropInputAttributes) {
  const info = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode);
  const { strideHeight, strideWidth } = info;
  const height = (info.outHeight - 1) * strideHeight + 1;
  const width = (info.outWidth - 1) * strideWidth + 1;
  const top = info.filterHeight - 1 - info.padInfo.top;
  const left = info.filterWidth - 1 - info.padInfo.left;
  const padding: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [top, info.inHeight + info.filterHeight - 1 - height - top],
    [left, info.inWidth + info.filterWidth - 1 - width - left],
    [0, 0],
  ];
  return { strideHeight, strideWidth, height, width, padding };
}

function conv2dBackpropInput(dy: tf.Tensor4D, filter: tf.Tensor4D, plan: Plan): tf.Tensor4D {
  return tf.tidy(() => {
    const turned: tf.Tensor4D = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(spread(dy, plan), turned, 1, plan.padding);
  });
}

/** Puts zeros between the rows and columns of `dy`, so that it lies as the strides had taken it. */
function spread(dy: tf.Tensor4D, { strideHeight, strideWidth, height, width }: Plan): tf.Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const [batch, rows, columns, channels] = dy.shape;
  const output = allocate([batch, height, width, channels]);
  const to = heapView(output).fill(0);
  const from = heapView(dy);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const source = ((image * rows + row) * columns + column) * channels;
        const target = ((image * height + row * strideHeight) * width + column * strideWidth) * channels;
        to.set(from.subarray(source, source + channels), target);
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(output) as tf.Tensor4D;
}
