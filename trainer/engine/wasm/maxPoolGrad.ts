import * as tf from '@tensorflow/tfjs-core';
import { allocate, heapView } from './heap.ts';

interface MaxPoolGradAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Replaces tfjs' gradient of max pooling by one pass: each gradient goes to the first pixel of its window that has the
 * window's maximum, as in TensorFlow. NHWC, float32.
 */
export function replaceMaxPoolGrad(backendName: string): void {
  const plain = tf.getKernel(tf.MaxPoolGrad, backendName);
  tf.unregisterKernel(tf.MaxPoolGrad, backendName);
  tf.registerKernel({
    ...plain,
    kernelFunc: ({ inputs, attrs }) => {
      const { dy, input, output } = inputs as Record<'dy' | 'input' | 'output', tf.Tensor4D>;
      return maxPoolGrad(dy, input, output, attrs as unknown as MaxPoolGradAttributes);
    },
  });
}

function maxPoolGrad(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  y: tf.Tensor4D,
  attributes: MaxPoolGradAttributes,
): tf.TensorInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { inHeight, inWidth, outHeight, outWidth, inChannels, filterHeight, filterWidth } = info;
  const result = allocate(x.shape);
  const gradients = heapView(dy);
  const inputs = heapView(x);
  const maxima = heapView(y);
  const to = heapView(result).fill(0);
  let at = 0;
  for (let image = 0; image < info.batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const top = outRow * info.strideHeight - info.padInfo.top;
      const [firstRow, lastRow] = [Math.max(0, top), Math.min(inHeight, top + filterHeight)];
      for (let outColumn = 0; outColumn < outWidth; outColumn++) {
        const left = outColumn * info.strideWidth - info.padInfo.left;
        const [firstColumn, lastColumn] = [Math.max(0, left), Math.min(inWidth, left + filterWidth)];
        for (let channel = 0; channel < inChannels; channel++, at++) {
          const maximum = maxima[at];
          search: for (let row = firstRow; row < lastRow; row++) {
            let from = ((image * inHeight + row) * inWidth + firstColumn) * inChannels + channel;
            for (let column = firstColumn; column < lastColumn; column++, from += inChannels) {
              if (inputs[from] === maximum) {
                to[from] = (to[from] ?? 0) + (gradients[at] ?? 0);
                break search;
              }
            }
          }
        }
      }
    }
  }
  return result;
}
