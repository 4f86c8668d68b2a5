import path from 'node:path';

/** Where what benchmarks compare with, or work on, is installed or made on first use: peers, the generated sample. */
export function peerFolder(name: string): string {
  return path.join(import.meta.dirname, '.peers', name);
}
