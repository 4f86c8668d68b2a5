import * as z from 'zod';
import type { NamedArray } from '../engine/trainStep.ts';

/**
 * The safetensors format (huggingface/safetensors, format of 2023): 8 bytes length of the header, little-endian; a JSON
 * header with name, type, shape and byte range of each tensor; the bytes. Float32 only.
 */

const most = { headerBytes: 100_000_000, tensorBytes: 4_000_000_000 };
const entrySchema = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.number().int().min(0)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string());

/** The parts of a file, to be written one after the other; the tensors' bytes are not copied. */
export function encodeSafetensors(tensors: readonly NamedArray[], metadata: Record<string, string>): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    if (name in header) throw new Error(`Two tensors are named "${name}".`);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  // Padded with spaces so that the tensors begin at a multiple of 8.
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, 0x20);
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return [length, padded, ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** Reads a file back. Throws with what is wrong: sizes are checked against the buffer before anything is allocated. */
export function decodeSafetensors(bytes: Buffer): { tensors: NamedArray[]; metadata: Record<string, string> } {
  if (bytes.length < 8) throw new Error('too short to be a safetensors file');
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > most.headerBytes || 8 + headerLength > bytes.length) throw new Error('the header is cut short');
  const header = headerSchema.parse(JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)));
  const { __metadata__: metadata = {}, ...entries } = header;
  const body = bytes.subarray(8 + headerLength);
  if (body.length > most.tensorBytes) throw new Error('more tensors than Upsize reads');
  let covered = 0;
  const tensors = Object.entries(entries).map(([name, value]) => {
    const { shape, data_offsets } = entrySchema.parse(value);
    const [begin, end] = data_offsets;
    const elements = shape.reduce((product, side) => product * side, 1);
    if (begin !== covered || end - begin !== elements * 4 || end > body.length) {
      throw new Error(`the place of tensor "${name}" is wrong`);
    }
    covered = end;
    const data = new Float32Array(elements);
    Buffer.from(data.buffer).set(body.subarray(begin, end));
    return { name, shape, data };
  });
  if (covered !== body.length) throw new Error('there are bytes that belong to no tensor');
  return { tensors, metadata: metadataSchema.parse(metadata) };
}
