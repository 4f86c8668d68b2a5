/** Numbers in [0, 1) as a function of their index and a salt: what the recording scripts of the fixtures make inputs by. */
export function pattern(count: number, salt: number): Float64Array {
  const offset = Math.imul(salt, 0x9e3779b1) >>> 0;
  return Float64Array.from({ length: count }, (_, index) => {
    let x = (index + offset) >>> 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d) >>> 0;
    x ^= x >>> 15;
    x = Math.imul(x, 0x846ca68b) >>> 0;
    x ^= x >>> 16;
    return (x >>> 0) / 2 ** 32;
  });
}
