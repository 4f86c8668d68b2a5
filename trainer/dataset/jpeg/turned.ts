import type { Picture } from '../picture.ts';

/** Which pixel comes first of a picture of so many across and down, and how far it is from one to the next to its right, and below. */
type Walk = (across: number, down: number) => readonly [first: number, right: number, below: number];

/** By the orientations of EXIF, from 1 on. */
const walks: readonly Walk[] = [
  (across) => [0, 1, across],
  (across) => [across - 1, -1, across],
  (across, down) => [across * down - 1, -1, -across],
  (across, down) => [across * (down - 1), 1, -across],
  (across) => [0, across, 1],
  (across, down) => [across * (down - 1), -across, 1],
  (across, down) => [across * down - 1, -across, -1],
  (across) => [across - 1, across, -1],
];

/** Whether a picture of this orientation is stored lying on its side. */
export function isOnSide(orientation: number): boolean {
  return orientation >= 5;
}

/** A picture as it is to be seen, out of one as it is stored. `orientation`: of EXIF, 1 (as it is) to 8. */
export function turned(picture: Picture<ArrayBuffer>, orientation: number): Picture<ArrayBuffer> {
  if (orientation === 1) return picture;
  const { pixels, width: across, height: down } = picture;
  const [width, height] = isOnSide(orientation) ? [down, across] : [across, down];
  const [first, right, below] = walks[orientation - 1]?.(across, down) ?? [0, 1, across];
  const out = new Uint8Array(pixels.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = 3 * (first + y * below);
    for (let x = 0; x < width; x++) {
      out[to++] = pixels[from] ?? 0;
      out[to++] = pixels[from + 1] ?? 0;
      out[to++] = pixels[from + 2] ?? 0;
      from += 3 * right;
    }
  }
  return { pixels: out, width, height };
}
