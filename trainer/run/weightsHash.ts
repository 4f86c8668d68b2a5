import { createHash } from 'node:crypto';
import type { NamedArray } from '../engine/trainStep.ts';

/** SHA-256 over names, shapes and values in their order: two models with the same hash are the same to the bit. */
export function weightsHash(weights: readonly NamedArray[]): string {
  const hash = createHash('sha256');
  for (const { name, shape, data } of weights) {
    hash.update(`${name} ${JSON.stringify(shape)}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
