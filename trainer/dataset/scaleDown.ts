import { scaler } from './scaler.ts';

/**
 * Scales an RGB picture by area means: each target pixel is the mean of the area that it covers. For hashes and
 * thumbnails, which are small and many; a model's pixels never come this way.
 */
export const scaleDown = scaler((at, from, to) => {
  const start = (at * from) / to;
  const end = ((at + 1) * from) / to;
  const first = Math.floor(start);
  const length = Math.ceil(end) - first;
  const shares = Array.from({ length }, (_, i) => Math.min(end, first + i + 1) - Math.max(start, first + i));
  return { first, shares };
});
