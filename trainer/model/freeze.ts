import type * as tfl from '@tensorflow/tfjs-layers';
import type { Freeze } from '../protocol/config.ts';

/**
 * Marks the layers that do not train: with `'parent'` those that came from the parent run (`trunkLayers`), with
 * `'none'` none, else those whose names match (`*` stands for any characters). All others train. A frozen layer gets no
 * gradient, and its batch normalisation uses its moving statistics and leaves them alone. Returns the frozen layers.
 * Throws when a name matches no layer, naming the layers, and when nothing would be left to train.
 */
export function freeze(model: tfl.LayersModel, spec: Freeze, trunkLayers: readonly string[]): string[] {
  const names = model.layers.map((layer) => layer.name);
  if (spec === 'none') return freezeLayers(model, new Set());
  if (spec === 'parent') return freezeLayers(model, new Set(trunkLayers));
  const frozen = new Set<string>();
  for (const glob of spec) {
    const pattern = new RegExp(`^${glob.split('*').map(escaped).join('.*')}$`);
    const matching = names.filter((name) => pattern.test(name));
    if (matching.length === 0)
      throw new Error(`freeze: no layer is called "${glob}". The layers are ${names.join(', ')}.`);
    for (const name of matching) frozen.add(name);
  }
  return freezeLayers(model, frozen);
}

/**
 * Freezes every layer before the one named, in the model's order, as `resize` with `trainableFrom` does. Returns the
 * frozen layers. Throws when there is no such layer, naming the layers.
 */
export function freezeBefore(model: tfl.LayersModel, layerName: string): string[] {
  const names = model.layers.map((layer) => layer.name);
  const first = names.indexOf(layerName);
  if (first < 0)
    throw new Error(`trainableFrom: there is no layer "${layerName}". The layers are ${names.join(', ')}.`);
  return freezeLayers(model, new Set(names.slice(0, first)));
}

function freezeLayers(model: tfl.LayersModel, frozen: ReadonlySet<string>): string[] {
  for (const layer of model.layers) layer.trainable = !frozen.has(layer.name);
  if (model.trainableWeights.length === 0)
    throw new Error(
      'Everything is frozen, so there is nothing to train. With "strategy": "resize" no layer is new: set "freeze": "none" or name fewer layers.',
    );
  return model.layers.filter((layer) => !layer.trainable).map((layer) => layer.name);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
