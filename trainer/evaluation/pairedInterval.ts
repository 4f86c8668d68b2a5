/**
 * 95 % interval of the difference of two accuracies on the same images, from those that only one model has right: Wald's with half
 * an image added to each side (Agresti and Min 2005, "Wald + 2"), which covers what it should for few images too. `gained` are the
 * images that only the second model has right, `lost` those that only the first has. `z` is the normal quantile.
 */
export function pairedInterval(
  gained: number,
  lost: number,
  images: number,
  z = 1.959963984540054,
): [low: number, high: number] {
  if (images === 0) return [-1, 1];
  const middle = (gained - lost) / (images + 2);
  const half = (z * Math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (images + 2))) / (images + 2);
  return [Math.max(-1, middle - half), Math.min(1, middle + half)];
}
