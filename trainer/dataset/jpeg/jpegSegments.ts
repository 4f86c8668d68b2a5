/** A segment of a JPEG: its marker and what stands behind its length. */
export interface JpegSegment {
  marker: number;
  data: Buffer;
  /** Where the file goes on after it. */
  end: number;
}

/** The segments of a JPEG from its start, up to the first that is not as it should be. After a start of scan coded data follows. */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view[0] !== 0xff || view[1] !== 0xd8) return;
  let at = 2;
  while (at + 4 <= view.length && view[at] === 0xff) {
    const length = view.readUInt16BE(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > view.length) return;
    yield { marker: view.readUInt8(at + 1), data: view.subarray(at + 4, end), end };
    at = end;
  }
}
