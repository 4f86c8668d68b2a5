import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { newerFormat, type Versioned } from './versions.ts';

const versionSchema = z.object({ version: z.number().int() });

/** Reads a JSON file that carries a version. Never throws. */
export function readVersioned<T>(file: string, schema: z.ZodType<T>, version: number): Versioned<T> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { kind: 'damaged', message: `${path.basename(file)} cannot be read (${(error as Error).message})` };
  }
  const found = versionSchema.safeParse(json);
  if (found.success && found.data.version > version) {
    return {
      kind: 'newer',
      version: found.data.version,
      message: newerFormat(found.data.version, version),
    };
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return { kind: 'damaged', message: `${path.basename(file)}: ${z.prettifyError(parsed.error)}` };
  return { kind: 'ok', value: parsed.data };
}
