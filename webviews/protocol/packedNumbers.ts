import * as z from 'zod';

/** Whole numbers on their way to a view, as many bytes each as the greatest needs: a hundred thousand travel as one text. */
export const packedNumbersSchema = z.object({
  bytesEach: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  /** Signed, little-endian. */
  base64: z.string(),
});
export type PackedNumbers = z.output<typeof packedNumbersSchema>;

/** What numbers of so many bytes are kept in. */
export const arraysOfBytes = { 1: Int8Array, 2: Int16Array, 4: Int32Array };

/** What a host packed. Pure. */
export function unpackNumbers({ bytesEach, base64 }: PackedNumbers): Int32Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return new Int32Array(new arraysOfBytes[bytesEach](bytes.buffer));
}
