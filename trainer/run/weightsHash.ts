import { createHash } from 'node:crypto';
import type { NamedArray } from '../engine/trainStep.ts';

/**
 * SHA-256 over names, shapes and values: two models with the same hash are the same to the bit. The order given does not count,
 * since tfjs lists what trains first, and so another order where other layers are frozen.
 */
export function weightsHash(weights: readonly NamedArray[]): string {
  const hash = createHash('sha256');
  for (const { name, shape, data } of [...weights].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name} ${JSON.stringify(shape)}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
