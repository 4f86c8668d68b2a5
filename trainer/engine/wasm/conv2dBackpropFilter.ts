import * as tf from '@tensorflow/tfjs-core';

type Pair = [number, number];
type Padding = [Pair, Pair, Pair, Pair];

/** What tfjs calls the gradient of a convolution's filter with. */
export interface Conv2DBackpropFilterAttributes {
  strides: number | Pair;
  pad: 'same' | 'valid' | number | Padding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: [number, number, number, number];
}

/**
 * Gradient of a 2-D convolution in its filter, `[height, width, inChannels, outChannels]`, from the input `x` and the
 * gradient `dy` of the output (NHWC, float32).
 *
 * It is itself a convolution: with batch and channels exchanged, `x` is a batch of inChannels images of batch channels,
 * and `dy` the filter that is laid over them, spread out by the strides. So the engine's own convolution, its fastest
 * operation, does the work.
 */
export function conv2dBackpropFilter(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  attributes: Conv2DBackpropFilterAttributes,
): tf.Tensor4D {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attributes;
  if (dataFormat !== 'NHWC') throw new Error(`The WASM engine takes channels last, not ${dataFormat}.`);
  const [filterHeight, filterWidth, inChannels, outChannels] = filterShape;
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  const { top, left } = info.padInfo;
  return tf.tidy(() => {
    // Rows of the input that the filter meets; what lies beyond was dropped by a stride that did not divide it.
    const height = (info.outHeight - 1) * info.strideHeight + filterHeight;
    const width = (info.outWidth - 1) * info.strideWidth + filterWidth;
    const usedHeight = Math.min(info.inHeight, height - top);
    const usedWidth = Math.min(info.inWidth, width - left);
    const used =
      usedHeight === info.inHeight && usedWidth === info.inWidth
        ? x
        : tf.slice(x, [0, 0, 0, 0], [info.batchSize, usedHeight, usedWidth, inChannels]);
    const images = tf.transpose(used, [3, 1, 2, 0]);
    const filter = tf.transpose(dy, [1, 2, 0, 3]);
    const padding: Padding = [
      [0, 0],
      [top, height - top - usedHeight],
      [left, width - left - usedWidth],
      [0, 0],
    ];
    const dilations: Pair = [info.strideHeight, info.strideWidth];
    const gradient = tf.conv2d(images, filter, 1, padding, 'NHWC', dilations);
    return tf.reshape(tf.transpose(gradient, [1, 2, 0, 3]), [filterHeight, filterWidth, inChannels, outChannels]);
  });
}

/** Registers the kernel that tfjs-backend-wasm lacks (tensorflow/tfjs#8474). */
export function registerConv2DBackpropFilter(backendName: string): void {
  if (tf.getKernel(tf.Conv2DBackpropFilter, backendName)) return;
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      conv2dBackpropFilter(
        inputs.x as tf.Tensor4D,
        inputs.dy as tf.Tensor4D,
        attrs as unknown as Conv2DBackpropFilterAttributes,
      ),
  });
}
