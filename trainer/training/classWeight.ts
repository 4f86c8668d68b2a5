/**
 * Weight of each class in the loss, by class index, so that every class weighs the same in all: images / (classes ×
 * images of the class), as scikit-learn's `balanced` has it. Classes without images count as absent and get 0.
 */
export function balancedClassWeights(imagesPerClass: ArrayLike<number>): Float32Array {
  const counts = Array.from(imagesPerClass);
  const present = counts.filter((count) => count > 0).length;
  const images = counts.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => (count > 0 ? images / (present * count) : 0));
}

/** The weight of each image of a batch: that of its class. Throws when a label has no weight. */
export function sampleWeightsOf(labels: Int32Array, count: number, classWeights: Float32Array): Float32Array {
  return Float32Array.from(labels.subarray(0, count), (label) => {
    const weight = classWeights[label];
    if (weight === undefined)
      throw new Error(`There is no class ${label}; the weights are of ${classWeights.length} classes.`);
    return weight;
  });
}
