import type { NamedArray } from '../../engine/trainStep.ts';
import type { LayerNode } from '../topology.ts';

/** The convolution of the parent whose place a feeder takes, with the weights that it had learned. */
export interface ReplacedConvolution {
  name: string;
  filters: number;
  kernelSize: [number, number];
  strides: [number, number];
  padding: 'same' | 'valid';
  activation: string;
  /** Side of the image that it took, in pixels. */
  inputSize: number;
  outputShape: [height: number, width: number, channels: number];
  /** `[height, width, 3, filters]` */
  kernel: NamedArray;
  /** `[filters]`, or null where it had none. */
  bias: NamedArray | null;
}

/** Where a feeder is put. */
export interface FeederPlace {
  /** Beginning of its layers' names: `s96_feeder`. */
  prefix: string;
  /** Name of the layer that gives the image: `size × size × 3`, 0 to 1. */
  input: string;
  /** Side of the larger image in pixels; even. */
  size: number;
  /** Null: in front of the whole trunk, which takes `size/2 × size/2 × 3`. Else it gives what this convolution gave. */
  replaced: ReplacedConvolution | null;
  seed: number;
}

/** The new layers that bring a larger image down to what the trunk takes. */
export interface Feeder {
  layers: LayerNode[];
  /** Name of the layer whose values the trunk takes. */
  output: string;
  outputShape: [height: number, width: number, channels: number];
  /** Weights that do not begin as other weights do. */
  initial: NamedArray[];
  /** Whether the grafted model begins with its parent's very answers (to rounding) on images twice the size. */
  preservesParent: boolean;
}

/** Makes a feeder for a place. Throws, saying why, where it cannot stand there. */
export type MakeFeeder = (place: FeederPlace) => Feeder;
