import { readFileSync } from 'node:fs';
import * as z from 'zod';

declare global {
  /** Set by the bundler. */
  var UPSIZE_VERSION: string | undefined;
}

/** This Upsize's version, as package.json has it. */
export const upsizeVersion: string = globalThis.UPSIZE_VERSION ?? versionOfSources();

function versionOfSources(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
