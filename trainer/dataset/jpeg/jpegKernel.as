// The arithmetic of decodeJpeg.ts in AssemblyScript; `node scripts/kernels.ts` compiles it into jpegKernelBytes.ts. The
// functions take addresses in this module's memory. They count in whole numbers, and give the same bytes as libjpeg-turbo with
// its accurate transform ("islow") and its smooth ("fancy") upsampling.

// Where reading stands: the next bits, the first one highest; how many they are; where the bytes after them begin; their end.
let bits: u64 = 0;
let have: i32 = 0;
let at: usize = 0;
let end: usize = 0;

/**
 * Copies the coded data of a scan up to the marker that ends the picture, without the zero that stands behind each 255.
 *
 * @param ends where to write the ends of the copy's parts (u32): of those before `restartCount` restart markers, and of the last.
 * @returns false where there are other markers, or another number of them.
 */
export function unstuff(source: usize, sourceEnd: usize, target: usize, ends: usize, restartCount: i32): bool {
  let restart = 0;
  while (source + 1 < sourceEnd) {
    // What is copied past the end, or past a marker, is overwritten next.
    const bytes = v128.load(source);
    v128.store(target, bytes);
    const markers = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)));
    if (markers == 0) {
      source += 16;
      target += 16;
      continue;
    }
    const plain = <usize>ctz(markers);
    source += plain;
    target += plain;
    if (source + 1 >= sourceEnd) return false;
    const code = <i32>load<u8>(source, 1);
    source += 2;
    if (code == 0) {
      target++;
      continue;
    }
    store<u32>(ends + (<usize>restart << 2), <u32>target);
    if (restart == restartCount) return code == 0xd9;
    if (code != 0xd0 + (restart & 7)) return false;
    restart++;
  }
  return false;
}

function startReading(from: usize, to: usize): void {
  bits = 0;
  have = 0;
  at = from;
  end = to;
}

/** Whether reading stands in the last byte, or behind it. */
function isAllRead(): bool {
  const left = (<i32>(end - at) << 3) + have;
  return left >= 0 && left < 8;
}

/** Four bytes as a number, the first one highest. */
@inline
function bigEndian(from: usize): u64 {
  const value = load<u32>(from);
  return <u64>((rotl<u32>(value, 8) & 0x00ff00ff) | (rotr<u32>(value, 8) & 0xff00ff00));
}

/**
 * The entry of a Huffman table for the code at the head of `next`: bits of the code and of the number behind it (5 bits of the
 * entry; 0: there is no such code), bits of the number where it is not in the table (4), zeros before it (7; from 64 on: the
 * block ends), the number (16). Of the table's 1,024 entries, one for each 10 bits, those of longer codes have nothing but the
 * place of 64 further ones, for each 6 bits behind.
 */
@inline
function entryOf(table: usize, next: u64): i32 {
  const entry = load<i32>(table + (<usize>(next >> 54) << 2));
  return entry & 31 ? entry : furtherEntryOf(table, entry, next);
}

@inline
function furtherEntryOf(table: usize, entry: i32, next: u64): i32 {
  return load<i32>(table + (<usize>(entry >>> 16) << 8) + (<usize>((next >> 48) & 63) << 2));
}

/** The bit of an entry that is set where the block ends. */
const blockEnds = 64 << 9;

/** The number behind a code, positive where its first bit is 1. */
@inline
function numberOf(entry: i32, next: u64): i32 {
  const size = (entry >> 5) & 15;
  if (size == 0) return entry >> 16;
  const value = <i32>((next << ((entry & 31) - size)) >>> (64 - size));
  return value >>> (size - 1) ? value : value - (1 << size) + 1;
}

/**
 * Reads those of the 8 × 8 coefficients of a block that are wanted, each multiplied by its step. They must be zero before.
 *
 * @returns 0 where the data is damaged, 1 where the wanted ones behind the first are zero, 2 elsewhere.
 */
function readBlock(component: Component, block: usize): i32 {
  const last = component.last;
  const ac = component.ac;
  const several = component.several;
  const order = component.order;
  // Where reading stands is kept here meanwhile, and is what each symbol waits for.
  let next = bits;
  let left = have;
  let from = at;
  if (left < 32) {
    next |= bigEndian(from) << (32 - left);
    from += 4;
    left += 32;
  }
  let entry = entryOf(component.dc, next);
  if ((entry & 31) == 0) return 0;
  const first = component.prediction + numberOf(entry, next);
  next <<= entry & 31;
  left -= entry & 31;
  component.prediction = first;
  const mean = first * load<u16>(order, 2);
  // Eight times the mean of the pixels, around 0. Beyond twice what these can have it is damage that was read as data.
  if (mean < -2048 || mean > 2047) return 0;
  store<i16>(block, mean);
  let k = 1;
  while (k <= last) {
    if (left < 32) {
      next |= bigEndian(from) << (32 - left);
      from += 4;
      left += 32;
    }
    entry = load<i32>(ac + (<usize>(next >> 54) << 2));
    if ((entry & 31) == 0) {
      entry = furtherEntryOf(ac, entry, next);
      if (entry == 0) return 0;
    }
    const number = numberOf(entry, next);
    next <<= entry & 31;
    left -= entry & 31;
    k += (entry >> 9) & 127;
    if (k > 63) {
      if (entry & blockEnds) break;
      return 0;
    }
    const place = load<u32>(order + (<usize>k << 2));
    store<i16>(block + (place & 0xffff), number * (place >>> 16));
    k++;
  }
  const isFlat = k == 1 || k == 1 + 64;
  while (k < 64) {
    if (left < 32) {
      next |= bigEndian(from) << (32 - left);
      from += 4;
      left += 32;
    }
    const codes = <i32>load<u16>(several + (<usize>(next >> 52) << 1));
    const after = k + ((codes >> 4) & 127);
    // At the end of a block, what looks like a further code is the next block's.
    if (after < 64) {
      next <<= codes & 15;
      left -= codes & 15;
      // 64 more where the block ends.
      k = after + ((codes >> 15) << 6);
      continue;
    }
    entry = entryOf(ac, next);
    if ((entry & 31) == 0) return 0;
    next <<= entry & 31;
    left -= entry & 31;
    if (entry & blockEnds) break;
    k += ((entry >> 9) & 127) + 1;
    if (k > 64) return 0;
  }
  bits = next;
  have = left;
  at = from;
  return isFlat ? 1 : 2;
}

/**
 * One dimension of the inverse cosine transform, of eight columns (one a lane) of `block`, in place, as libjpeg's
 * `jpeg_idct_islow` has it, with 13 bits after the point; `shift` of the result's are dropped, rounded.
 */
function transformColumns(block: usize, shift: i32): void {
  const row0 = v128.load(block);
  const row1 = v128.load(block, 16);
  const row2 = v128.load(block, 32);
  const row3 = v128.load(block, 48);
  const row4 = v128.load(block, 64);
  const row5 = v128.load(block, 80);
  const row6 = v128.load(block, 96);
  const row7 = v128.load(block, 112);
  const sum73 = i16x8.add(row7, row3);
  const sum51 = i16x8.add(row5, row1);
  // Each value beside the one that it is combined with, which is how a dot product takes them: columns 0 to 3, and 4 to 7.
  transformHalf(block, shift, lower(row0, row4), lower(row2, row6), lower(row7, row1), lower(row5, row3), lower(sum73, sum51));
  transformHalf(
    block + 8,
    shift,
    upper(row0, row4),
    upper(row2, row6),
    upper(row7, row1),
    upper(row5, row3),
    upper(sum73, sum51),
  );
}

@inline
function lower(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function upper(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** `a` times the first of each two values plus `b` times the second. */
@inline
function combined(values: v128, a: i16, b: i16): v128 {
  return i32x4.dot_i16x8_s(values, i16x8(a, b, a, b, a, b, a, b));
}

/** Four columns, `block` being where the first begins. */
@inline
function transformHalf(block: usize, shift: i32, rows04: v128, rows26: v128, rows71: v128, rows53: v128, sums: v128): void {
  const half = i32x4.splat(1 << (shift - 1));
  const even0 = i32x4.add(combined(rows04, 8192, 8192), half);
  const even1 = i32x4.add(combined(rows04, 8192, -8192), half);
  const even2 = combined(rows26, 4433, -10704);
  const even3 = combined(rows26, 10703, 4433);
  const outer = i32x4.add(even0, even3);
  const inner = i32x4.add(even1, even2);
  const innerBelow = i32x4.sub(even1, even2);
  const outerBelow = i32x4.sub(even0, even3);
  const sum73 = combined(sums, -6436, 9633);
  const sum51 = combined(sums, 9633, 6437);
  const odd0 = i32x4.add(combined(rows71, -4927, -7373), sum73);
  const odd1 = i32x4.add(combined(rows53, -4176, -20995), sum51);
  const odd2 = i32x4.add(combined(rows53, -20995, 4177), sum73);
  const odd3 = i32x4.add(combined(rows71, -7373, 4926), sum51);
  storeHalf(block, i32x4.add(outer, odd3), shift);
  storeHalf(block + 16, i32x4.add(inner, odd2), shift);
  storeHalf(block + 32, i32x4.add(innerBelow, odd1), shift);
  storeHalf(block + 48, i32x4.add(outerBelow, odd0), shift);
  storeHalf(block + 64, i32x4.sub(outerBelow, odd0), shift);
  storeHalf(block + 80, i32x4.sub(innerBelow, odd1), shift);
  storeHalf(block + 96, i32x4.sub(inner, odd2), shift);
  storeHalf(block + 112, i32x4.sub(outer, odd3), shift);
}

@inline
function storeHalf(to: usize, values: v128, shift: i32): void {
  const shifted = i32x4.shr_s(values, shift);
  v128.store64_lane(to, i16x8.narrow_i32x4_s(shifted, shifted), 0);
}

/** Swaps rows and columns of a block. */
function transpose(block: usize): void {
  const row0 = v128.load(block);
  const row1 = v128.load(block, 16);
  const row2 = v128.load(block, 32);
  const row3 = v128.load(block, 48);
  const row4 = v128.load(block, 64);
  const row5 = v128.load(block, 80);
  const row6 = v128.load(block, 96);
  const row7 = v128.load(block, 112);
  // Rows four apart side by side, then two apart, then one.
  const a0 = lower(row0, row4);
  const a1 = upper(row0, row4);
  const a2 = lower(row2, row6);
  const a3 = upper(row2, row6);
  const a4 = lower(row1, row5);
  const a5 = upper(row1, row5);
  const a6 = lower(row3, row7);
  const a7 = upper(row3, row7);
  const b0 = lower(a0, a2);
  const b1 = upper(a0, a2);
  const b2 = lower(a1, a3);
  const b3 = upper(a1, a3);
  const b4 = lower(a4, a6);
  const b5 = upper(a4, a6);
  const b6 = lower(a5, a7);
  const b7 = upper(a5, a7);
  v128.store(block, lower(b0, b4));
  v128.store(block, upper(b0, b4), 16);
  v128.store(block, lower(b1, b5), 32);
  v128.store(block, upper(b1, b5), 48);
  v128.store(block, lower(b2, b6), 64);
  v128.store(block, upper(b2, b6), 80);
  v128.store(block, lower(b3, b7), 96);
  v128.store(block, upper(b3, b7), 112);
}

/** Makes 8 × 8 pixels of a block's coefficients, and the block zero. */
function paintWhole(block: usize, target: usize, stride: usize): void {
  transformColumns(block, 11);
  transpose(block);
  transformColumns(block, 18);
  // Each row is a column of the picture now. Its bytes are put beside those of the column two on, then one on, then four.
  const columns04 = bytesOf(block, block + 64);
  const columns15 = bytesOf(block + 16, block + 80);
  const columns26 = bytesOf(block + 32, block + 96);
  const columns37 = bytesOf(block + 48, block + 112);
  const columns02 = lowerBytes(columns04, columns26);
  const columns46 = upperBytes(columns04, columns26);
  const columns13 = lowerBytes(columns15, columns37);
  const columns57 = upperBytes(columns15, columns37);
  const top0123 = lowerBytes(columns02, columns13);
  const bottom0123 = upperBytes(columns02, columns13);
  const top4567 = lowerBytes(columns46, columns57);
  const bottom4567 = upperBytes(columns46, columns57);
  storeRows(target, stride, v128.shuffle<i32>(top0123, top4567, 0, 4, 1, 5));
  storeRows(target + stride * 2, stride, v128.shuffle<i32>(top0123, top4567, 2, 6, 3, 7));
  storeRows(target + stride * 4, stride, v128.shuffle<i32>(bottom0123, bottom4567, 0, 4, 1, 5));
  storeRows(target + stride * 6, stride, v128.shuffle<i32>(bottom0123, bottom4567, 2, 6, 3, 7));
  clear(block);
}

/** Two rows of a block as bytes, moved from around 0 to around 128. */
@inline
function bytesOf(first: usize, second: usize): v128 {
  return v128.xor(i8x16.narrow_i16x8_s(v128.load(first), v128.load(second)), i8x16.splat(-128));
}

@inline
function lowerBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function upperBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Stores two rows of eight pixels. */
@inline
function storeRows(target: usize, stride: usize, rows: v128): void {
  v128.store64_lane(target, rows, 0);
  v128.store64_lane(target + stride, rows, 1);
}

/** Makes 4 × 4 pixels of a block, as if it had no coefficients beyond those, and the block zero. */
function paintHalf(block: usize, target: usize, stride: usize): void {
  for (let row = 0; row < 64; row += 16) v128.store(block + row, v128.load16x4_s(block + row));
  transformFour(block, 11);
  transformFour(block, 18);
  const rows = i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(v128.load(block), v128.load(block, 16)),
    i16x8.narrow_i32x4_s(v128.load(block, 32), v128.load(block, 48)),
  );
  const pixels = v128.xor(rows, i8x16.splat(-128));
  v128.store32_lane(target, pixels, 0);
  v128.store32_lane(target + stride, pixels, 1);
  v128.store32_lane(target + stride * 2, pixels, 2);
  v128.store32_lane(target + stride * 3, pixels, 3);
  clear(block);
}

/** As `transformColumns`, of four columns of four values of 32 bits; rows and columns are swapped then. */
function transformFour(block: usize, shift: i32): void {
  const row0 = v128.load(block);
  const row1 = v128.load(block, 16);
  const row2 = v128.load(block, 32);
  const row3 = v128.load(block, 48);
  const half = i32x4.splat(1 << (shift - 1));
  const even0 = i32x4.add(i32x4.shl(i32x4.add(row0, row2), 13), half);
  const even1 = i32x4.add(i32x4.shl(i32x4.sub(row0, row2), 13), half);
  // 2 ** 13.5 times the cosines of 1/8 and 3/8 of a half turn.
  const large = i32x4.splat(10703);
  const small = i32x4.splat(4433);
  const odd0 = i32x4.add(i32x4.mul(row1, large), i32x4.mul(row3, small));
  const odd1 = i32x4.sub(i32x4.mul(row1, small), i32x4.mul(row3, large));
  const out0 = i32x4.shr_s(i32x4.add(even0, odd0), shift);
  const out1 = i32x4.shr_s(i32x4.add(even1, odd1), shift);
  const out2 = i32x4.shr_s(i32x4.sub(even1, odd1), shift);
  const out3 = i32x4.shr_s(i32x4.sub(even0, odd0), shift);
  const lower02 = v128.shuffle<i32>(out0, out2, 0, 4, 1, 5);
  const upper02 = v128.shuffle<i32>(out0, out2, 2, 6, 3, 7);
  const lower13 = v128.shuffle<i32>(out1, out3, 0, 4, 1, 5);
  const upper13 = v128.shuffle<i32>(out1, out3, 2, 6, 3, 7);
  v128.store(block, v128.shuffle<i32>(lower02, lower13, 0, 4, 1, 5));
  v128.store(block, v128.shuffle<i32>(lower02, lower13, 2, 6, 3, 7), 16);
  v128.store(block, v128.shuffle<i32>(upper02, upper13, 0, 4, 1, 5), 32);
  v128.store(block, v128.shuffle<i32>(upper02, upper13, 2, 6, 3, 7), 48);
}

/** Makes 2 × 2 pixels of a block, as if it had no coefficients beyond those, and the block zero. */
function paintQuarter(block: usize, target: usize, stride: usize): void {
  const top = <i32>load<i16>(block) + load<i16>(block, 16);
  const bottom = <i32>load<i16>(block) - load<i16>(block, 16);
  const topOdd = <i32>load<i16>(block, 2) + load<i16>(block, 18);
  const bottomOdd = <i32>load<i16>(block, 2) - load<i16>(block, 18);
  store<u8>(target, pixelOf(top + topOdd));
  store<u8>(target, pixelOf(top - topOdd), 1);
  store<u8>(target + stride, pixelOf(bottom + bottomOdd));
  store<u8>(target + stride, pixelOf(bottom - bottomOdd), 1);
  clear(block);
}

/** Makes `side × side` pixels of a block that has nothing but its first coefficient, and the block zero. */
function paintFlat(block: usize, target: usize, stride: usize, side: i32): void {
  const pixel = pixelOf(load<i16>(block));
  store<i16>(block, 0);
  if (side == 1) {
    store<u8>(target, pixel);
    return;
  }
  const pixels = i8x16.splat(<i8>pixel);
  for (let row = 0; row < side; row++) {
    if (side == 8) v128.store64_lane(target, pixels, 0);
    else if (side == 4) v128.store32_lane(target, pixels, 0);
    else v128.store16_lane(target, pixels, 0);
    target += stride;
  }
}

/** The pixel for a sum of coefficients, eight times as large as it and around 0. */
@inline
function pixelOf(sum: i32): u8 {
  return <u8>min(max(((sum + 4) >> 3) + 128, 0), 255);
}

function clear(block: usize): void {
  const zero = i64x2.splat(0);
  for (let row = 0; row < 128; row += 16) v128.store(block + row, zero);
}

/** What is known of a component. Written by `decodeJpeg.ts`, in this order. */
@unmanaged
class Component {
  /** Huffman tables of the first coefficient of a block and of the others, as `entryOf` wants them. */
  dc: usize;
  ac: usize;
  /**
   * For each 12 bits what of them are whole codes of `ac` with the numbers behind them: bits (4 bits of the entry),
   * coefficients (7), and whether the block ends (the highest bit). Not even one code: more coefficients than a block has.
   */
  several: usize;
  /** For each coefficient its place in the block, in bytes (u16), and its step (u16). */
  order: usize;
  /** Blocks of a unit, across and down. */
  across: i32;
  down: i32;
  /** Pixels that a block becomes, across and down: 8, 4, 2 or 1; and the last coefficient, as they are coded, that those take. */
  side: i32;
  last: i32;
  /** Its pixels, and bytes from one row of them to the next. */
  plane: usize;
  stride: usize;
  /** The first coefficient of the block before. */
  prediction: i32;
}

/**
 * Decodes a scan into the planes of its components.
 *
 * @param components `count` of them, one after the other.
 * @param unitsAcross units (of each component's blocks) side by side; `unitsDown` of those rows.
 * @param data what `unstuff` made, in parts of `interval` units that end at `ends`.
 * @param block room for a block, zero.
 * @returns whether all of the data was as it should be.
 */
export function decodeScan(
  components: usize,
  count: i32,
  unitsAcross: i32,
  unitsDown: i32,
  data: usize,
  ends: usize,
  interval: i32,
  block: usize,
): bool {
  let left = 0;
  startReading(data, data);
  for (let row = 0; row < unitsDown; row++) {
    for (let column = 0; column < unitsAcross; column++) {
      if (left == 0) {
        if (!isAllRead()) return false;
        startReading(end, load<u32>(ends));
        ends += 4;
        left = interval;
        for (let i = 0; i < count; i++) componentAt(components, i).prediction = 0;
      }
      left--;
      for (let i = 0; i < count; i++) {
        if (!decodeUnit(componentAt(components, i), row, column, block)) return false;
      }
    }
  }
  return isAllRead();
}

@inline
function componentAt(components: usize, index: i32): Component {
  return changetype<Component>(components + index * offsetof<Component>());
}

/** Whether reading went on beyond the data, further than the bits that are read ahead. */
@inline
function isBeyond(): bool {
  return at > end + 8;
}

function decodeUnit(component: Component, row: i32, column: i32, block: usize): bool {
  const stride = component.stride;
  const side = component.side;
  for (let y = 0; y < component.down; y++) {
    const start = component.plane + <usize>((row * component.down + y) * side) * stride;
    for (let x = 0; x < component.across; x++) {
      const read = readBlock(component, block);
      if (read == 0 || isBeyond()) return false;
      const target = start + <usize>((column * component.across + x) * side);
      if (read == 1) paintFlat(block, target, stride, side);
      else if (side == 8) paintWhole(block, target, stride);
      else if (side == 4) paintHalf(block, target, stride);
      else paintQuarter(block, target, stride);
    }
  }
  return true;
}

/**
 * Makes a plane of another size, row by row: blends the rows that a row of the result is made of into `line`, and then its values. The
 * tables are those of `shareTables.ts`, the one for rows with two weights at once, the one for columns with eight, four columns at once.
 *
 * @param width values of a row.
 * @param line room for so many values of 16 bits, for those that a column is made of, and 32 bytes more.
 */
export function scalePlane(
  plane: usize,
  stride: usize,
  width: i32,
  rows: usize,
  rowPairs: i32,
  rowsEnd: usize,
  columns: usize,
  columnEights: i32,
  columnsEnd: usize,
  line: usize,
  target: usize,
  targetStride: usize,
): void {
  while (rows < rowsEnd) {
    const from = plane + <usize>load<i32>(rows) * stride;
    rows += 4;
    mixRows(from, stride, width, rows, rowPairs, line);
    rows += <usize>rowPairs << 2;
    mixColumns(line, columns, columnEights, columnsEnd, target);
    target += targetStride;
  }
}

/** Blends rows of bytes into one line of values of 16 bits, 6 of them after the point. */
function mixRows(source: usize, stride: usize, width: i32, weights: usize, pairs: i32, line: usize): void {
  for (const end = source + width; source < end; source += 16) {
    // Half of what the shift below drops, which rounds.
    let a = i32x4.splat(128);
    let b = a;
    let c = a;
    let d = a;
    let from = source;
    for (let pair = 0; pair < pairs; pair++) {
      const above = v128.load(from);
      const below = v128.load(from + stride);
      from += stride << 1;
      const weight = v128.load32_splat(weights + (<usize>pair << 2));
      // Each value beside the one below it, which is how a dot product takes them.
      const first = lowerBytes(above, below);
      const second = upperBytes(above, below);
      a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(first), weight));
      b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(first), weight));
      c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(second), weight));
      d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(second), weight));
    }
    v128.store(line, i16x8.narrow_i32x4_s(i32x4.shr_s(a, 8), i32x4.shr_s(b, 8)));
    v128.store(line, i16x8.narrow_i32x4_s(i32x4.shr_s(c, 8), i32x4.shr_s(d, 8)), 16);
    line += 32;
  }
}

/** Blends the values of a line into a row of the result, rounded and clamped to bytes, four at once. */
function mixColumns(line: usize, columns: usize, eights: i32, columnsEnd: usize, target: usize): void {
  const entry = (<usize>eights << 4) + 4;
  for (; columns < columnsEnd; columns += entry << 2) {
    const a = mixed(line, columns, eights);
    const b = mixed(line, columns + entry, eights);
    const c = mixed(line, columns + entry * 2, eights);
    const d = mixed(line, columns + entry * 3, eights);
    // Half of each sum, twice, and then the other half.
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
    const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
    const sums = i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
    // Half of what the shift drops.
    const whole = i32x4.shr_s(i32x4.add(sums, i32x4.splat(0x80000)), 20);
    const values = i16x8.narrow_i32x4_s(whole, whole);
    v128.store32_lane(target, i8x16.narrow_i16x8_u(values, values), 0);
    target += 4;
  }
}

/** Four numbers whose sum is the weighted sum of a column's values. */
@inline
function mixed(line: usize, column: usize, eights: i32): v128 {
  let from = line + (<usize>load<i32>(column) << 1);
  let weights = column + 4;
  let sum = i32x4.dot_i16x8_s(v128.load(from), v128.load(weights));
  for (let left = eights - 1; left > 0; left--) {
    from += 16;
    weights += 16;
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(from), v128.load(weights)));
  }
  return sum;
}

/**
 * Makes RGB pixels of brightness alone.
 *
 * @param stride bytes from one row of the plane to the next.
 */
export function paintGrey(width: i32, height: i32, plane: usize, stride: usize, target: usize): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 16) {
      const grey = v128.load(plane + x);
      storeInterleaved(target + x * 3, grey, grey, grey);
    }
    plane += stride;
    target += width * 3;
  }
}

/**
 * Makes RGB pixels of brightness and two colours.
 *
 * @param halvedAcross whether the colours have half of the pixels in each row; `halvedDown`: and half of the rows.
 * @param line room for `width` values of 16 bits and 32 more.
 * @param lines room for two rows of colour.
 */
export function paintColours(
  width: i32,
  height: i32,
  luma: usize,
  blue: usize,
  red: usize,
  lumaStride: usize,
  colourStride: usize,
  halvedAcross: bool,
  halvedDown: bool,
  line: usize,
  lines: usize,
  target: usize,
): void {
  const colourWidth = (width + 1) >> 1;
  const colourHeight = (height + 1) >> 1;
  const room = (<usize>width + 31) & ~15;
  for (let y = 0; y < height; y++) {
    if (halvedDown) {
      const near = <usize>(y >> 1) * colourStride;
      const far = <usize>(y & 1 ? min((y >> 1) + 1, colourHeight - 1) : max((y >> 1) - 1, 0)) * colourStride;
      blendRows(blue + near, blue + far, colourWidth, line);
      widen(line, colourWidth, 8, 7, 4, lines);
      blendRows(red + near, red + far, colourWidth, line);
      widen(line, colourWidth, 8, 7, 4, lines + room);
      paintRow(width, luma, lines, lines + room, target);
    } else if (halvedAcross) {
      const at = <usize>y * colourStride;
      takeRow(blue + at, colourWidth, line);
      widen(line, colourWidth, 1, 2, 2, lines);
      takeRow(red + at, colourWidth, line);
      widen(line, colourWidth, 1, 2, 2, lines + room);
      paintRow(width, luma, lines, lines + room, target);
    } else {
      const at = <usize>y * colourStride;
      paintRow(width, luma, blue + at, red + at, target);
    }
    luma += lumaStride;
    target += width * 3;
  }
}

/** Three parts of one row and one of another, as values of 16 bits behind the first eight of the line. */
function blendRows(near: usize, far: usize, width: i32, line: usize): void {
  const three = i16x8.splat(3);
  for (let x = 0; x < width; x += 8) {
    const values = i16x8.add(i16x8.mul(v128.load8x8_u(near + x), three), v128.load8x8_u(far + x));
    v128.store(line + 16 + (x << 1), values);
  }
}

/** A row as values of 16 bits behind the first eight of the line. */
function takeRow(row: usize, width: i32, line: usize): void {
  for (let x = 0; x < width; x += 8) v128.store(line + 16 + (x << 1), v128.load8x8_u(row + x));
}

/** Makes two pixels of each value, of three parts of it and one of its neighbour on that side: rounded, then `shift` bits dropped. */
function widen(line: usize, width: i32, roundLeft: i16, roundRight: i16, shift: i32, target: usize): void {
  const first = line + 16;
  const last = first + ((width - 1) << 1);
  store<i16>(first - 2, load<i16>(first));
  store<i16>(last + 2, load<i16>(last));
  const three = i16x8.splat(3);
  const left = i16x8.splat(roundLeft);
  const right = i16x8.splat(roundRight);
  for (let x = 0; x < width; x += 8) {
    const from = first + (x << 1);
    const values = i16x8.mul(v128.load(from), three);
    const lefts = i16x8.shr_u(i16x8.add(i16x8.add(values, v128.load(from - 2)), left), shift);
    const rights = i16x8.shr_u(i16x8.add(i16x8.add(values, v128.load(from + 2)), right), shift);
    v128.store(target + (x << 1), v128.or(lefts, i16x8.shl(rights, 8)));
  }
}

/** Makes a row of RGB out of a row of brightness and the colours of each of its pixels (BT.601, as JFIF has it). */
function paintRow(width: i32, luma: usize, blue: usize, red: usize, target: usize): void {
  for (let x = 0; x < width; x += 16) {
    const y = v128.load(luma + x);
    const cb = v128.load(blue + x);
    const cr = v128.load(red + x);
    const y0 = i16x8.extend_low_i8x16_u(y);
    const y1 = i16x8.extend_high_i8x16_u(y);
    const cb0 = centred(i16x8.extend_low_i8x16_u(cb));
    const cb1 = centred(i16x8.extend_high_i8x16_u(cb));
    const cr0 = centred(i16x8.extend_low_i8x16_u(cr));
    const cr1 = centred(i16x8.extend_high_i8x16_u(cr));
    storeInterleaved(
      target + x * 3,
      i8x16.narrow_i16x8_u(redOf(y0, cr0), redOf(y1, cr1)),
      i8x16.narrow_i16x8_u(greenOf(y0, cb0, cr0), greenOf(y1, cb1, cr1)),
      i8x16.narrow_i16x8_u(blueOf(y0, cb0), blueOf(y1, cb1)),
    );
  }
}

@inline
function centred(values: v128): v128 {
  return i16x8.sub(values, i16x8.splat(128));
}

// The factors of 15 bits after the point give what libjpeg's of 16 bits do, for every value of a colour.

/** Y + 1.402 Cr. */
@inline
function redOf(y: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(y, cr), i16x8.q15mulr_sat_s(cr, i16x8.splat(13172)));
}

/** Y + 1.772 Cb. */
@inline
function blueOf(y: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(y, i16x8.shl(cb, 1)), i16x8.q15mulr_sat_s(cb, i16x8.splat(-7471)));
}

/** Y − 0.34414 Cb − 0.71414 Cr. */
@inline
function greenOf(y: v128, cb: v128, cr: v128): v128 {
  const half = i32x4.splat(16384);
  const weighted = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(combined(lower(cb, cr), -11277, 9367), half), 15),
    i32x4.shr_s(i32x4.add(combined(upper(cb, cr), -11277, 9367), half), 15),
  );
  return i16x8.add(i16x8.sub(y, cr), weighted);
}

/** Stores 16 pixels, and four bytes more. */
@inline
function storeInterleaved(to: usize, red: v128, green: v128, blue: v128): void {
  const redGreen0 = lowerBytes(red, green);
  const redGreen1 = upperBytes(red, green);
  const blues0 = lowerBytes(blue, blue);
  const blues1 = upperBytes(blue, blue);
  storeFour(to, lower(redGreen0, blues0));
  storeFour(to + 12, upper(redGreen0, blues0));
  storeFour(to + 24, lower(redGreen1, blues1));
  storeFour(to + 36, upper(redGreen1, blues1));
}

/** Stores four pixels, of whose four bytes each the last is dropped, and four bytes more. */
@inline
function storeFour(to: usize, pixels: v128): void {
  v128.store(to, i8x16.swizzle(pixels, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15)));
}
