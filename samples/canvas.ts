/** Red, green and blue, 0 to 255, as a viewer sees them (sRGB values). */
export type Colour = readonly [number, number, number];

/** A picture being painted. The scene's unit is half its shorter side; (0, 0) is the middle, x runs right, y runs up. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** Pixels in one scene unit. */
  readonly scale: number;
  /** Three values a pixel, row by row; they may leave 0 to 255 while the picture is being painted. */
  readonly pixels: Float32Array;

  /** `buffer`, where given, is painted in: it must hold the picture, and serve no other canvas at the time. */
  constructor(width: number, height: number, buffer = new Float32Array(width * height * 3)) {
    this.width = width;
    this.height = height;
    this.scale = Math.min(width, height) / 2;
    this.pixels = buffer.subarray(0, width * height * 3);
  }

  /**
   * Calls `visit` with column, row and the index of the red value of each pixel in the box (scene units). Whole numbers only: V8 puts
   * each fraction that is passed to a function on the heap, which would cost more than the painting.
   */
  visitBox(
    left: number,
    bottom: number,
    right: number,
    top: number,
    visit: (column: number, row: number, index: number) => void,
  ): void {
    const firstColumn = Math.max(0, Math.floor(left * this.scale + this.width / 2));
    const lastColumn = Math.min(this.width - 1, Math.ceil(right * this.scale + this.width / 2));
    const firstRow = Math.max(0, Math.floor(this.height / 2 - top * this.scale));
    const lastRow = Math.min(this.height - 1, Math.ceil(this.height / 2 - bottom * this.scale));
    for (let row = firstRow; row <= lastRow; row++) {
      let index = (row * this.width + firstColumn) * 3;
      for (let column = firstColumn; column <= lastColumn; column++, index += 3) visit(column, row, index);
    }
  }

  /** The scene's x in the middle of a column. */
  xAt(column: number): number {
    return (column + 0.5 - this.width / 2) / this.scale;
  }

  /** The scene's y in the middle of a row. */
  yAt(row: number): number {
    return (this.height / 2 - row - 0.5) / this.scale;
  }

  /** Lays a colour over a pixel; `share` 1 replaces it. */
  lay(index: number, share: number, red: number, green: number, blue: number): void {
    const { pixels } = this;
    pixels[index] = pixels[index]! + share * (red - pixels[index]!);
    pixels[index + 1] = pixels[index + 1]! + share * (green - pixels[index + 1]!);
    pixels[index + 2] = pixels[index + 2]! + share * (blue - pixels[index + 2]!);
  }

  /** Dims a pixel by a factor for each channel: a shadow, a tint. */
  dim(index: number, red: number, green: number, blue: number): void {
    const { pixels } = this;
    pixels[index] = pixels[index]! * red;
    pixels[index + 1] = pixels[index + 1]! * green;
    pixels[index + 2] = pixels[index + 2]! * blue;
  }

  /** The pixels as bytes, three a pixel. */
  toBytes(): Uint8ClampedArray {
    return new Uint8ClampedArray(this.pixels);
  }
}

/** The colour between two others: 0 is the first, 1 the second. */
export function blend(first: Colour, second: Colour, part: number): Colour {
  return [
    first[0] + part * (second[0] - first[0]),
    first[1] + part * (second[1] - first[1]),
    first[2] + part * (second[2] - first[2]),
  ];
}

/** A colour made lighter (> 1) or darker (< 1). */
export function toned(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}
