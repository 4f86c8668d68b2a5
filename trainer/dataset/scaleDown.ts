import { scaler } from './scaler.ts';

/**
 * Scales an RGB picture by area means: each target pixel is the mean of the area that it covers. For hashes and
 * thumbnails, which are small and many; a model's pixels never come this way.
 */
export const scaleDown = scaler((at, from, to) => {
  const start = (at * from) / to;
  const end = ((at + 1) * from) / to;
  const shareOf = (pixel: number) => Math.min(end, pixel + 1) - Math.max(start, pixel);
  return { first: Math.floor(start), end: Math.ceil(end), shareOf };
});
