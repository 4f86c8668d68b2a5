import type * as tfl from '@tensorflow/tfjs-layers';
import { describeShape } from './layerKinds.ts';
import { costsOf, elements, topologyOf } from './topology.ts';

/** One layer in the check's table; the fields of the `model` event. */
export interface CheckedLayer {
  name: string;
  type: string;
  outputShape: (number | null)[];
  parameters: number;
  trainable: boolean;
  fromParent: boolean;
}

/** What a model is and costs, known before anything is trained. */
export interface ModelDescription {
  layers: CheckedLayer[];
  trainableParameters: number;
  totalParameters: number;
  /** Estimated bytes of one training step: weights, gradients, slots, and activations with their gradients. */
  memoryBytes: number;
}

/** Layers, parameters and memory of a model, as `freeze` has marked it. By arithmetic only. */
export function describeModel(
  model: tfl.LayersModel,
  {
    batchSize,
    trunkLayers,
    slotsPerWeight = 2,
  }: { batchSize: number; trunkLayers: readonly string[]; slotsPerWeight?: number },
): ModelDescription {
  const costs = costsOf(topologyOf(model));
  const trunk = new Set(trunkLayers);
  const trainable = new Map<string, number>();
  for (const layer of model.layers) {
    const parameters = layer.trainableWeights.reduce(
      (sum, { shape }) => sum + elements(shape.map((side) => side ?? 0)),
      0,
    );
    trainable.set(layer.name, parameters);
  }
  const layers: CheckedLayer[] = [];
  let activations = 0;
  for (const layer of model.layers) {
    const cost = costs.get(layer.name);
    if (!cost) continue;
    activations += elements(cost.outputShape);
    layers.push({
      name: layer.name,
      type: layer.getClassName(),
      outputShape: [null, ...cost.outputShape],
      parameters: cost.parameters,
      trainable: layer.trainable,
      fromParent: trunk.has(layer.name),
    });
  }
  const totalParameters = layers.reduce((sum, { parameters }) => sum + parameters, 0);
  const trainableParameters = [...trainable.values()].reduce((sum, parameters) => sum + parameters, 0);
  // A step holds each layer's output until its gradient is done, and that gradient beside it.
  const values = totalParameters + trainableParameters * (1 + slotsPerWeight) + 2 * batchSize * activations;
  return { layers, trainableParameters, totalParameters, memoryBytes: 4 * values };
}

/** The description as a table for people, one layer a line. */
export function describeAsText({
  layers,
  trainableParameters,
  totalParameters,
  memoryBytes,
}: ModelDescription): string {
  const rows = layers.map(({ name, type, outputShape, parameters, trainable, fromParent }) => [
    name,
    type,
    describeShape(outputShape.slice(1).map((side) => side ?? 0)),
    String(parameters),
    parameters === 0 ? '' : trainable ? 'trains' : 'frozen',
    fromParent ? 'parent' : 'new',
  ]);
  const header = ['layer', 'type', 'output', 'parameters', '', 'from'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const totals = `${trainableParameters} of ${totalParameters} parameters train; about ${Math.ceil(memoryBytes / 1e6)} MB a step`;
  return [header, ...rows].map(line).concat(totals).join('\n');
}

/**
 * Holds the accuracy that a grafted model begins with against its parent's, on the same images: the smaller images are rounded
 * means of the larger ones, so one image in fifty may differ, and two where there are few. Throws when more do.
 * `parentAccuracy` null: nothing to reproduce.
 */
export function verifyGraft({
  accuracy,
  images,
  parentAccuracy,
}: {
  accuracy: number;
  images: number;
  parentAccuracy: number | null;
}): void {
  const tolerated = Math.max(2, images / 50);
  if (parentAccuracy === null || Math.abs(accuracy - parentAccuracy) * images <= tolerated) return;
  throw new Error(
    `The new model should begin with its parent's accuracy of ${percent(parentAccuracy)}, and begins with ${percent(accuracy)} on the same ${images} images. ` +
      'Are the parent and this stage of the same data set and fit?',
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
