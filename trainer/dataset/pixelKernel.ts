import * as z from 'zod';
import { pixelKernelBytes } from './pixelKernelBytes.ts';
import type {} from './webAssembly.d.ts';

const pageBytes = 65_536;
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
  readonly #memory: WebAssembly.Memory;
  #end = 0;

  private constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(pixelKernelBytes, 'base64')));
    const { memory, scale, halve } = exportsSchema.parse(exports);
    this.scale = scale;
    this.halve = halve;
    this.#memory = memory;
  }

  /** The kernel of this thread, with all of its memory free: what an earlier call left there is over. */
  static take(): PixelKernel {
    const kernel = (this.#ofThread ??= new PixelKernel());
    kernel.#end = 0;
    return kernel;
  }

  /** Makes a place for so many bytes, of any content. Takes the memory from whoever has looked into it before. */
  place(bytes: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes + slackBytes) / 16) * 16;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    return at;
  }

  /** Makes a place for these bytes. */
  put(bytes: Uint8Array): number {
    const at = this.place(bytes.length);
    new Uint8Array(this.#memory.buffer).set(bytes, at);
    return at;
  }

  /** A copy of what lies at a place. */
  copy(at: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer.slice(at, at + bytes));
  }
}
