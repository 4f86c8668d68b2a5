import { PixelKernel } from './pixelKernel.ts';

/**
 * Halves a square RGB picture by exact 2 × 2 means, rounded half up.
 *
 * @param pixels `size × size × 3` bytes, row-major.
 * @returns `size/2 × size/2 × 3` bytes.
 * @throws when the side is odd.
 */
export function halve(pixels: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (size % 2 !== 0) throw new RangeError(`A side of ${size} pixels cannot be halved.`);
  const kernel = PixelKernel.take();
  const source = kernel.memory.put(pixels);
  const bytes = (size / 2) ** 2 * 3;
  const target = kernel.memory.place(bytes);
  kernel.halve(source, size, target);
  return kernel.memory.copy(target, bytes);
}

/**
 * Brings a square RGB picture from `from` to `to` pixels a side by halving.
 *
 * @throws when `from` is not `to × 2^n`.
 */
export function halveTo<Memory extends ArrayBufferLike>(
  pixels: Uint8Array<Memory>,
  from: number,
  to: number,
): Uint8Array<Memory | ArrayBuffer> {
  let [halved, size]: [Uint8Array<Memory | ArrayBuffer>, number] = [pixels, from];
  while (size > to) {
    halved = halve(halved, size);
    size /= 2;
  }
  if (size !== to) throw new RangeError(`${from} pixels cannot be halved to ${to}.`);
  return halved;
}
