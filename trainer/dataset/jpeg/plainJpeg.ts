import { exifOrientation } from './exifOrientation.ts';
import type { HuffmanCode } from './huffmanTable.ts';
import { jpegSegments } from './jpegSegments.ts';

/** A component of a picture: its brightness, or one of two colours. */
export interface PlainComponent {
  /** How many of its blocks there are, across and down, where the least detailed component has one. */
  across: number;
  down: number;
  /** The step of each of the 64 coefficients, in the order in which they are coded. */
  steps: Uint8Array;
  dc: HuffmanCode;
  ac: HuffmanCode;
}

/** All that decoding a plain JPEG takes. */
export interface PlainJpeg {
  /** As it is stored. */
  width: number;
  height: number;
  /** Of EXIF: 1 where it is seen as it is stored, to 8. */
  orientation: number;
  /** One of brightness, or brightness and the two colours of JFIF. */
  components: PlainComponent[];
  /** Units (of each component's blocks) between restarts; 0: there are none. */
  restartInterval: number;
  /** Where the coded data begins. */
  data: number;
}

const marker = { baseline: 0xc0, huffman: 0xc4, scan: 0xda, quantisation: 0xdb, restart: 0xdd, comment: 0xfe } as const;
const app = { jfif: 0xe0, exif: 0xe1, profile: 0xe2, adobe: 0xee, last: 0xef } as const;

/** The ways in which colours have fewer pixels than brightness: not at all, in each row, in rows and columns. */
const samplings = ['1x1', '2x1', '2x2'];

interface FrameComponent {
  id: number;
  across: number;
  down: number;
  table: number;
}

/** What the segments before a scan have said so far. */
class Header {
  width = 0;
  height = 0;
  /** Null until an EXIF segment says it. */
  orientation: number | null = null;
  restartInterval = 0;
  isJfif = false;
  isYCbCr = false;
  frame: FrameComponent[] = [];
  readonly steps = new Map<number, Uint8Array>();
  readonly codes = new Map<number, HuffmanCode>();
}

/**
 * The header of a JPEG as most are: baseline, 8 bits, grey or JFIF's colours, no colour profile.
 *
 * @returns null for anything else, damaged files included: that is for libvips to judge.
 */
export function readPlainJpeg(bytes: Uint8Array): PlainJpeg | null {
  const header = new Header();
  for (const { marker: code, data, end } of jpegSegments(bytes)) {
    if (code === marker.scan) return scanOf(header, data, end);
    if (!take(header, code, data)) return null;
  }
  return null;
}

/** Takes what a segment says, or refuses it. */
function take(header: Header, code: number, data: Buffer): boolean {
  if (code === marker.quantisation) return takeSteps(header, data);
  if (code === marker.huffman) return takeCodes(header, data);
  if (code === marker.baseline) return takeFrame(header, data);
  if (code === marker.restart) {
    if (data.length !== 2) return false;
    header.restartInterval = data.readUInt16BE(0);
    return true;
  }
  if (code === marker.comment) return true;
  return code >= app.jfif && code <= app.last && takeApplication(header, code, data);
}

function takeApplication(header: Header, code: number, data: Buffer): boolean {
  const begins = (name: string) => data.toString('latin1', 0, name.length) === name;
  if (code === app.jfif && begins('JFIF\0')) header.isJfif = true;
  if (code === app.exif && begins('Exif')) {
    // Of two segments, readers take one or the other.
    if (header.orientation !== null) return false;
    header.orientation = exifOrientation(data);
    return header.orientation !== null;
  }
  if (code === app.profile && begins('ICC_PROFILE')) return false;
  if (code === app.adobe && begins('Adobe')) {
    header.isYCbCr = data[11] === 1;
    return header.isYCbCr;
  }
  return true;
}

function takeSteps({ steps }: Header, data: Buffer): boolean {
  let at = 0;
  for (; at + 65 <= data.length; at += 65) {
    const table = data.readUInt8(at);
    // Steps of 16 bits have 16 in the upper half.
    if (table > 3) return false;
    steps.set(table, data.subarray(at + 1, at + 65));
  }
  return at === data.length;
}

function takeCodes({ codes }: Header, data: Buffer): boolean {
  let at = 0;
  while (at + 17 <= data.length) {
    const counts = data.subarray(at + 1, at + 17);
    const end = at + 17 + counts.reduce((sum, count) => sum + count, 0);
    if (end > data.length) return false;
    const place = data.readUInt8(at);
    codes.set(place, { kind: place < 0x10 ? 'dc' : 'ac', counts, symbols: data.subarray(at + 17, end) });
    at = end;
  }
  return at === data.length;
}

function takeFrame(header: Header, data: Buffer): boolean {
  if (header.frame.length > 0 || data.length < 6 || data[0] !== 8) return false;
  const count = data.readUInt8(5);
  if ((count !== 1 && count !== 3) || data.length !== 6 + 3 * count) return false;
  header.height = data.readUInt16BE(1);
  header.width = data.readUInt16BE(3);
  for (let at = 6; at < data.length; at += 3) {
    const sampling = data.readUInt8(at + 1);
    header.frame.push({
      id: data.readUInt8(at),
      across: sampling >> 4,
      down: sampling & 15,
      table: data.readUInt8(at + 2),
    });
  }
  const [luma, ...colours] = header.frame.map(({ across, down }) => `${across}x${down}`);
  if (colours.length === 0) return luma === '1x1';
  return samplings.includes(luma ?? '') && colours.every((sampling) => sampling === '1x1');
}

/** What a start of scan makes of the header, where the one scan has all components. */
function scanOf(header: Header, data: Buffer, end: number): PlainJpeg | null {
  const { width, height, frame, steps, codes, restartInterval } = header;
  const count = frame.length;
  if (count === 0 || width === 0 || height === 0 || data.length !== 4 + 2 * count || data[0] !== count) return null;
  // All coefficients, in one go.
  if (data[1 + 2 * count] !== 0 || data[2 + 2 * count] !== 63 || data[3 + 2 * count] !== 0) return null;
  const isYCbCr = header.isJfif || header.isYCbCr || frame.map(({ id }) => id).join() === '1,2,3';
  if (count === 3 && !isYCbCr) return null;
  const components: PlainComponent[] = [];
  for (const [i, { id, across, down, table }] of frame.entries()) {
    if (data[1 + 2 * i] !== id) return null;
    const tables = data[2 + 2 * i] ?? 0;
    const [dc, ac] = [codes.get(tables >> 4), codes.get(0x10 | (tables & 15))];
    const ofTable = steps.get(table);
    if (!dc || !ac || !ofTable || tables >> 4 > 3 || (tables & 15) > 3) return null;
    components.push({ across, down, steps: ofTable, dc, ac });
  }
  return { width, height, orientation: header.orientation ?? 1, components, restartInterval, data: end };
}
