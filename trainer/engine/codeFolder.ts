/**
 * The folder of the running code: this source folder in a clone, the bundle's folder (`dist/`) when esbuild made one
 * CommonJS file of it. Files that are shipped beside the code (addon, WASM) are looked for from here.
 */
export function codeFolder(): string {
  return typeof __dirname === 'string' ? __dirname : import.meta.dirname;
}

/** True when the code runs from its sources, so that a missing addon can be built with the repository's own tools. */
export function runsFromSource(): boolean {
  return typeof __dirname !== 'string';
}
