import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { modelPart } from '../model/modelPart.ts';
import { costsOf, topologyOf, type LayerNode, type Topology } from '../model/topology.ts';

/** Where a model looked: how much each place of its last feature map spoke for a class, 0 to 1, row-major. */
export interface HeatMap {
  height: number;
  width: number;
  heat: Float32Array;
}

/**
 * Shows what in an image speaks for a class (Grad-CAM, Selvaraju et al., 2017): the last feature maps, each weighted by the
 * mean gradient of the class's logit in it, summed, negative places cut off. The model is built in two halves once, for
 * many images; `dispose` frees them. Throws when the model has no feature map.
 */
export class GradCam {
  readonly #features: tfl.LayersModel;
  readonly #head: tfl.LayersModel;

  constructor(model: tfl.LayersModel) {
    const { features, head } = split(topologyOf(model));
    this.#features = modelPart(model, features);
    this.#head = modelPart(model, head);
  }

  /** The heat map of one image of `size × size × 3` bytes for the class of this index. */
  explain(pixels: Uint8Array, size: number, classIndex: number): HeatMap {
    return tf.tidy(() => {
      const image = tf.tensor4d(Float32Array.from(pixels.subarray(0, size * size * 3)), [1, size, size, 3]);
      const maps = tensorOf(this.#features.apply(image, { training: false }));
      const logit = (features: tf.Tensor) => {
        const logits = tensorOf(this.#head.apply(features, { training: false }));
        return tf.sum(tf.slice(logits, [0, classIndex], [1, 1]));
      };
      const weights = tf.mean(tf.grad(logit)(maps), [1, 2], true);
      const heat = tf.relu(tf.sum(tf.mul(maps, weights), 3));
      const [, height = 0, width = 0] = heat.shape;
      const greatest = tf.max(heat).dataSync()[0] ?? 0;
      // Where nothing speaks for the class, the map is empty rather than noise drawn large.
      const scaled = greatest > 0 ? tf.div(heat, greatest) : heat;
      return { height, width, heat: Float32Array.from(scaled.dataSync()) };
    });
  }

  dispose(): void {
    this.#features.dispose();
    this.#head.dispose();
  }
}

/** The layers up to the last feature map that everything later stands on, and those after it, with logits at the end. */
function split(topology: Topology): { features: Topology; head: Topology } {
  const costs = costsOf(topology);
  const isMap = ({ name }: LayerNode) => costs.get(name)?.outputShape.length === 3;
  const last = topology.layers.findLastIndex(isMap);
  const lastMap = topology.layers[last];
  const [height, width, channels] = (lastMap && costs.get(lastMap.name)?.outputShape) ?? [];
  if (!lastMap || height === undefined || width === undefined || channels === undefined)
    throw new Error('The model has no layer that keeps an image, so there is no place that it could have looked at.');
  const behind = topology.layers.slice(last + 1);
  const inside = new Set([lastMap.name, ...behind.map(({ name }) => name)]);
  const loose = behind.find(({ inputs }) => inputs.some((name) => !inside.has(name)));
  if (loose)
    throw new Error(`Layer "${loose.name}" takes more than the last feature map; such models cannot be explained.`);
  const input = 'features';
  const head = behind.map((layer) => ({
    ...layer,
    config: layer.name === topology.output ? { ...layer.config, activation: 'linear' } : layer.config,
    inputs: layer.inputs.map((name) => (name === lastMap.name ? input : name)),
  }));
  return {
    features: { ...topology, layers: topology.layers.slice(0, last + 1), output: lastMap.name },
    head: { name: 'head', input, inputShape: [height, width, channels], layers: head, output: topology.output },
  };
}

function tensorOf(output: tf.Tensor | tf.Tensor[] | tfl.SymbolicTensor | tfl.SymbolicTensor[]): tf.Tensor {
  if (output instanceof tf.Tensor) return output;
  throw new Error('The model must have one output.');
}
