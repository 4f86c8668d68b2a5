import type { Picture } from './picture.ts';

/** Which source pixels make one target pixel of a side, and with what share. */
interface Share {
  first: number;
  weights: Float32Array;
}

function sharesOf(from: number, to: number): Share[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, target) => {
    const start = target * scale;
    const end = Math.min(from, (target + 1) * scale);
    const first = Math.floor(start);
    const count = Math.max(1, Math.ceil(end - 1e-9) - first);
    const weights = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      weights[i] = Math.max(0, Math.min(end, first + i + 1) - Math.max(start, first + i)) / (end - start);
    }
    return { first, weights };
  });
}

/**
 * Scales an RGB picture by area means: each target pixel is the mean of the area that it covers. For hashes and
 * thumbnails, which are small and many; a model's pixels never come this way.
 */
export function scaleDown(picture: Picture, width: number, height: number): Picture {
  const columns = sharesOf(picture.width, width);
  const rows = sharesOf(picture.height, height);
  const pixels = new Uint8Array(width * height * 3);
  const line = new Float32Array(picture.width * 3);
  for (const [y, row] of rows.entries()) {
    line.fill(0);
    for (let i = 0; i < row.weights.length; i++) {
      const weight = row.weights[i] ?? 0;
      const start = Math.min(picture.height - 1, row.first + i) * line.length;
      for (let x = 0; x < line.length; x++) line[x] = (line[x] ?? 0) + weight * (picture.pixels[start + x] ?? 0);
    }
    let to = y * width * 3;
    for (const column of columns) {
      let [red, green, blue] = [0, 0, 0];
      for (let i = 0; i < column.weights.length; i++) {
        const weight = column.weights[i] ?? 0;
        const at = Math.min(picture.width - 1, column.first + i) * 3;
        red += weight * (line[at] ?? 0);
        green += weight * (line[at + 1] ?? 0);
        blue += weight * (line[at + 2] ?? 0);
      }
      pixels[to++] = Math.round(red);
      pixels[to++] = Math.round(green);
      pixels[to++] = Math.round(blue);
    }
  }
  return { pixels, width, height };
}
