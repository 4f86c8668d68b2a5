import path from 'node:path';

/** The file that a child process or a worker thread of the trainer is started with: the bundle, else `trainer/main.ts`. */
export function trainerEntry(): string {
  return typeof __filename === 'string' ? __filename : path.join(import.meta.dirname, '..', 'main.ts');
}
