import * as z from 'zod';
import { KernelMemory } from '../kernelMemory.ts';
import type {} from '../webAssembly.d.ts';
import { jpegKernelBytes } from './jpegKernelBytes.ts';

/** How far the kernel reads past the end of coded data, which a damaged block may reach into, and writes past what it makes. */
const slackBytes = 512;
/** A kernel whose memory has grown beyond this is not kept. */
const keptBytes = 64 * 1024 ** 2;

type Unstuff = (source: number, sourceEnd: number, target: number, ends: number, restartCount: number) => number;
type DecodeScan = (
  components: number,
  count: number,
  unitsAcross: number,
  unitsDown: number,
  data: number,
  ends: number,
  interval: number,
  block: number,
) => number;
type PaintGrey = (width: number, height: number, plane: number, stride: number, target: number) => void;
type PaintColours = (
  width: number,
  height: number,
  luma: number,
  blue: number,
  red: number,
  lumaStride: number,
  colourStride: number,
  halvedAcross: number,
  halvedDown: number,
  line: number,
  lines: number,
  target: number,
) => void;

type ScalePlane = (
  plane: number,
  stride: number,
  width: number,
  rows: number,
  rowPairs: number,
  rowsEnd: number,
  columns: number,
  columnEights: number,
  columnsEnd: number,
  line: number,
  target: number,
  targetStride: number,
) => void;

const exportsSchema = z.object({
  memory: z.instanceof(WebAssembly.Memory),
  unstuff: z.custom<Unstuff>((value) => typeof value === 'function'),
  decodeScan: z.custom<DecodeScan>((value) => typeof value === 'function'),
  scalePlane: z.custom<ScalePlane>((value) => typeof value === 'function'),
  paintGrey: z.custom<PaintGrey>((value) => typeof value === 'function'),
  paintColours: z.custom<PaintColours>((value) => typeof value === 'function'),
});

/** The functions of `jpegKernel.as`, which describes them, and their memory. */
export class JpegKernel {
  static #ofThread: JpegKernel | null = null;
  readonly unstuff: Unstuff;
  readonly decodeScan: DecodeScan;
  readonly scalePlane: ScalePlane;
  readonly paintGrey: PaintGrey;
  readonly paintColours: PaintColours;
  readonly memory: KernelMemory;

  private constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(jpegKernelBytes, 'base64')));
    const { memory, unstuff, decodeScan, scalePlane, paintGrey, paintColours } = exportsSchema.parse(exports);
    this.unstuff = unstuff;
    this.decodeScan = decodeScan;
    this.scalePlane = scalePlane;
    this.paintGrey = paintGrey;
    this.paintColours = paintColours;
    this.memory = new KernelMemory(memory, slackBytes);
  }

  /** The kernel of this thread, with all of its memory free: what an earlier call left there is over. */
  static take(): JpegKernel {
    const kernel = this.#ofThread;
    if (kernel && kernel.memory.bytes <= keptBytes) {
      kernel.memory.clear();
      return kernel;
    }
    return (this.#ofThread = new JpegKernel());
  }
}
