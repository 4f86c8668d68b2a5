import { arraysOfBytes, type PackedNumbers } from '../../../webviews/protocol/packedNumbers.ts';

/** Packs whole numbers of at most 32 bits for a view. Pure. */
export function packNumbers(values: ArrayLike<number>): PackedNumbers {
  const all = Int32Array.from(values);
  const most = all.reduce((found, value) => Math.max(found, value < 0 ? ~value : value), 0);
  const bytesEach = most < 1 << 7 ? 1 : most < 1 << 15 ? 2 : 4;
  return { bytesEach, base64: Buffer.from(new arraysOfBytes[bytesEach](all).buffer).toString('base64') };
}
