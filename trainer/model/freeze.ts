import type * as tfl from '@tensorflow/tfjs-layers';
import type { Freeze } from '../protocol/config.ts';

/**
 * Marks the layers that do not train: with `'parent'` those that came from the parent run (`trunkLayers`), with
 * `'none'` none, else those whose names match (`*` stands for any characters); and those that stand before `trainableFrom` in
 * the model's order. All others train. A frozen layer gets no gradient, and its batch normalisation uses its moving statistics
 * and leaves them alone. Returns the frozen layers. Throws when a name matches no layer, naming the layers, and when nothing
 * would be left to train.
 */
export function freeze(
  model: tfl.LayersModel,
  spec: Freeze,
  trunkLayers: readonly string[],
  trainableFrom?: string,
): string[] {
  const names = model.layers.map((layer) => layer.name);
  const frozen = new Set([...namedBy(spec, names, trunkLayers), ...before(trainableFrom, names)]);
  for (const layer of model.layers) layer.trainable = !frozen.has(layer.name);
  if (model.trainableWeights.length === 0)
    throw new Error(
      'Everything is frozen, so there is nothing to train. With "strategy": "resize" no layer is new: set "freeze": "none" or name fewer layers.',
    );
  return model.layers.filter((layer) => !layer.trainable).map((layer) => layer.name);
}

function namedBy(spec: Freeze, names: readonly string[], trunkLayers: readonly string[]): string[] {
  if (spec === 'none') return [];
  if (spec === 'parent') return [...trunkLayers];
  return spec.flatMap((glob) => {
    const pattern = new RegExp(`^${glob.split('*').map(escaped).join('.*')}$`);
    const matching = names.filter((name) => pattern.test(name));
    if (matching.length === 0)
      throw new Error(`freeze: no layer is called "${glob}". The layers are ${names.join(', ')}.`);
    return matching;
  });
}

function before(layerName: string | undefined, names: readonly string[]): string[] {
  if (layerName === undefined) return [];
  const first = names.indexOf(layerName);
  if (first < 0)
    throw new Error(`trainableFrom: there is no layer "${layerName}". The layers are ${names.join(', ')}.`);
  return names.slice(0, first);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
