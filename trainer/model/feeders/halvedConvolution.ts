import type { NamedArray } from '../../engine/trainStep.ts';
import type { LayerNode } from '../topology.ts';
import type { ReplacedConvolution } from './feeder.ts';

/**
 * The convolution that does at twice the size what `replaced` did after a 2 × 2 mean: kernel and strides doubled, each
 * weight spread over 2 × 2 pixels. Both are linear, so the answers are the same to rounding, as long as `same` padding
 * lies on the same pixels.
 */
export function halvedConvolution(
  replaced: ReplacedConvolution,
  { name, input, activation }: { name: string; input: string; activation: string },
): { layer: LayerNode; initial: NamedArray[]; preservesParent: boolean } {
  const { kernel, bias, filters } = replaced;
  const [height, width] = replaced.kernelSize;
  const channels = kernel.shape[2] ?? 3;
  const data = new Float32Array(4 * kernel.data.length);
  const pixel = channels * filters;
  for (let y = 0; y < 2 * height; y++)
    for (let x = 0; x < 2 * width; x++) {
      const from = ((y >> 1) * width + (x >> 1)) * pixel;
      const to = (y * 2 * width + x) * pixel;
      for (let i = 0; i < pixel; i++) data[to + i] = (kernel.data[from + i] ?? 0) / 4;
    }
  const initial: NamedArray[] = [{ name: `${name}/kernel`, shape: [2 * height, 2 * width, channels, filters], data }];
  if (bias) initial.push({ name: `${name}/bias`, shape: [filters], data: Float32Array.from(bias.data) });
  const layer: LayerNode = {
    name,
    className: 'Conv2D',
    inputs: [input],
    config: {
      filters,
      kernel_size: [2 * height, 2 * width],
      strides: replaced.strides.map((stride) => 2 * stride),
      padding: replaced.padding,
      activation,
      use_bias: bias !== null,
    },
  };
  const aligned = [0, 1].every((side) => paddingDoubles(replaced, side));
  return { layer, initial, preservesParent: replaced.padding === 'valid' || aligned };
}

/** Whether `same` padding in front of the doubled convolution is twice that in front of the original. */
function paddingDoubles({ inputSize, kernelSize, strides }: ReplacedConvolution, side: number): boolean {
  const kernel = kernelSize[side] ?? 1;
  const stride = strides[side] ?? 1;
  const before = (input: number, k: number, s: number) =>
    Math.floor(Math.max(0, (Math.ceil(input / s) - 1) * s + k - input) / 2);
  return before(2 * inputSize, 2 * kernel, 2 * stride) === 2 * before(inputSize, kernel, stride);
}
