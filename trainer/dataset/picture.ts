/** A decoded RGB picture: `width × height × 3` bytes, row-major. */
export interface Picture<Memory extends ArrayBufferLike = ArrayBufferLike> {
  pixels: Uint8Array<Memory>;
  width: number;
  height: number;
}
