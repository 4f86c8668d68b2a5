import type {} from './webAssembly.d.ts';

const pageBytes = 65_536;

/** The memory of a WebAssembly module, in which places are made one behind the other. */
export class KernelMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #slack: number;
  #end = 0;

  /** @param slack how many bytes past the end of what it is given the module reads and writes. */
  constructor(memory: WebAssembly.Memory, slack: number) {
    this.#memory = memory;
    this.#slack = slack;
    this.clear();
  }

  /** Bytes of all of it. It never shrinks. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Makes all of it free: what was there is over. */
  clear(): void {
    // No place is at 0, so that an address can be told from none.
    this.#end = 16;
  }

  /** Makes a place for so many bytes, of any content. Takes the memory from whoever has looked into it before. */
  place(bytes: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes + this.#slack) / 16) * 16;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    return at;
  }

  /** Makes a place for what an array has. */
  put(values: Uint8Array | Uint16Array | Int32Array): number {
    const at = this.place(values.byteLength);
    new Uint8Array(this.#memory.buffer, at, values.byteLength).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    return at;
  }

  /** Makes a place for so many zeros. */
  putZeros(bytes: number): number {
    const at = this.place(bytes);
    new Uint8Array(this.#memory.buffer, at, bytes).fill(0);
    return at;
  }

  /** A copy of what lies at a place. */
  copy(at: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer.slice(at, at + bytes));
  }
}
