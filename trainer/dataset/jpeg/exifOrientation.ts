const orientationTag = 0x0112;
const shortType = 3;

/**
 * How an EXIF segment says that the picture is turned: 1 (not at all) to 8; 1 where it says nothing of it.
 *
 * @param data of an APP1 segment that begins with `Exif`.
 * @returns null where it cannot be read.
 */
export function exifOrientation(data: Buffer): number | null {
  const tiff = data.subarray(6);
  const order = tiff.toString('latin1', 0, 4);
  if (order !== 'II*\0' && order !== 'MM\0*') return null;
  const isLittle = order === 'II*\0';
  const short = (at: number) =>
    at + 2 > tiff.length ? null : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
  if (tiff.length < 8) return null;
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const count = short(directory);
  if (count === null) return null;
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    const tag = short(entry);
    if (tag === null) return null;
    if (tag !== orientationTag) continue;
    const value = short(entry + 8);
    return short(entry + 2) === shortType && value !== null && value >= 1 && value <= 8 ? value : null;
  }
  return 1;
}
