import * as z from 'zod';
import { KernelMemory } from './kernelMemory.ts';
import { pixelKernelBytes } from './pixelKernelBytes.ts';
import type {} from './webAssembly.d.ts';

/** How far the kernel reads and writes past the end of what it is given. */
const slackBytes = 16;

type Scale = (
  source: number,
  stride: number,
  rows: number,
  rowPairs: number,
  rowsEnd: number,
  columns: number,
  columnPairs: number,
  columnsEnd: number,
  line: number,
  target: number,
) => void;
type Halve = (source: number, side: number, target: number) => void;

const exportsSchema = z.object({
  memory: z.instanceof(WebAssembly.Memory),
  scale: z.custom<Scale>((value) => typeof value === 'function'),
  halve: z.custom<Halve>((value) => typeof value === 'function'),
});

/** The functions of `pixelKernel.wat`, which describes them, and the memory in which they find and leave pixels. */
export class PixelKernel {
  static #ofThread: PixelKernel | null = null;
  readonly scale: Scale;
  readonly halve: Halve;
  readonly memory: KernelMemory;

  private constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(pixelKernelBytes, 'base64')));
    const { memory, scale, halve } = exportsSchema.parse(exports);
    this.scale = scale;
    this.halve = halve;
    this.memory = new KernelMemory(memory, slackBytes);
  }

  /** The kernel of this thread, with all of its memory free: what an earlier call left there is over. */
  static take(): PixelKernel {
    const kernel = (this.#ofThread ??= new PixelKernel());
    kernel.memory.clear();
    return kernel;
  }
}
