/**
 * Halves a square RGB picture by exact 2 × 2 means, rounded half up.
 *
 * @param pixels `size × size × 3` bytes, row-major.
 * @returns `size/2 × size/2 × 3` bytes.
 * @throws when the side is odd.
 */
export function halve(pixels: Uint8Array, size: number): Uint8Array {
  if (size % 2 !== 0) throw new RangeError(`A side of ${size} pixels cannot be halved.`);
  const half = size / 2;
  const stride = size * 3;
  const out = new Uint8Array(half * half * 3);
  let to = 0;
  for (let y = 0; y < half; y++) {
    let from = y * 2 * stride;
    for (let x = 0; x < half; x++, from += 6, to += 3) {
      const below = from + stride;
      for (let channel = 0; channel < 3; channel++) {
        const sum =
          (pixels[from + channel] ?? 0) +
          (pixels[from + channel + 3] ?? 0) +
          (pixels[below + channel] ?? 0) +
          (pixels[below + channel + 3] ?? 0);
        out[to + channel] = (sum + 2) >> 2;
      }
    }
  }
  return out;
}

/**
 * Brings a square RGB picture from `from` to `to` pixels a side by halving.
 *
 * @throws when `from` is not `to × 2^n`.
 */
export function halveTo(pixels: Uint8Array, from: number, to: number): Uint8Array {
  let size = from;
  while (size > to) {
    pixels = halve(pixels, size);
    size /= 2;
  }
  if (size !== to) throw new RangeError(`${from} pixels cannot be halved to ${to}.`);
  return pixels;
}
