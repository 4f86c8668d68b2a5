export {};

declare global {
  /** What is used of WebAssembly, of which the types of Node know nothing. */
  namespace WebAssembly {
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      readonly exports: unknown;
      constructor(module: Module);
    }
    class Memory {
      readonly buffer: ArrayBuffer;
      constructor(descriptor: { initial: number });
      grow(pages: number): number;
    }
  }
}
