import * as z from 'zod';
import { configSchema } from './config.ts';

/** What a config, or a value in it, may be: the part of JSON Schema that it takes to name what would have been right. */
export interface Shape {
  type?: string | undefined;
  properties?: Record<string, Shape> | undefined;
  items?: Shape | undefined;
  anyOf?: Shape[] | undefined;
  oneOf?: Shape[] | undefined;
  enum?: unknown[] | undefined;
  const?: unknown;
}

const shapeSchema: z.ZodType<Shape> = z.object({
  type: z.string().optional(),
  properties: z
    .record(
      z.string(),
      z.lazy(() => shapeSchema),
    )
    .optional(),
  items: z.lazy(() => shapeSchema).optional(),
  anyOf: z.array(z.lazy(() => shapeSchema)).optional(),
  oneOf: z.array(z.lazy(() => shapeSchema)).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
});

let cached: Shape | undefined;

/** The shape of a whole config. The extension's bundle has it written out (`scripts/bundles.ts`). */
export function configShape(): Shape {
  cached ??= shapeSchema.parse(z.toJSONSchema(configSchema, { io: 'input' }));
  return cached;
}
