import * as z from 'zod';
import { versions } from '../../trainer/protocol/versions.ts';

/** One thing that a view asks of its host: what it takes and what it gives. */
export interface RequestSpec {
  params: z.ZodType;
  result: z.ZodType;
}

/**
 * All that one panel and its host may say to each other. The host answers `ready` with a whole snapshot, then sends
 * numbered changes; a view that misses a number asks for a new snapshot. Everything else is a request of the view, each
 * with one answer. Both sides parse what arrives.
 */
export interface Boundary {
  /** Names the panel in messages for people. */
  panel: string;
  snapshot: z.ZodType;
  change: z.ZodType;
  requests: Readonly<Record<string, RequestSpec>>;
}

/** Keeps the exact types of a boundary while it checks its shape. */
export function defineBoundary<const B extends Boundary>(boundary: B): B {
  return boundary;
}

export type SnapshotOf<B extends Boundary> = z.output<B['snapshot']>;
export type ChangeOf<B extends Boundary> = z.output<B['change']>;

const version = z.literal(versions.messages);
const number = z.number().int().min(0);

/** What travels from a host to its view, before the panel's own part is parsed. */
export const toViewSchema = z.discriminatedUnion('kind', [
  z.object({ version, kind: z.literal('snapshot'), number, state: z.unknown() }),
  z.object({ version, kind: z.literal('change'), number, change: z.unknown() }),
  z.object({ version, kind: z.literal('reply'), id: number, result: z.unknown() }),
  z.object({ version, kind: z.literal('failure'), id: number, message: z.string() }),
  /** No snapshot could be made; what the view shows is stale. */
  z.object({ version, kind: z.literal('trouble'), message: z.string() }),
]);
export type ToView = z.input<typeof toViewSchema>;

/** What travels from a view to its host, before the panel's own part is parsed. */
export const toHostSchema = z.discriminatedUnion('kind', [
  z.object({ version, kind: z.literal('ready') }),
  z.object({ version, kind: z.literal('resync'), after: number }),
  z.object({ version, kind: z.literal('request'), id: number, method: z.string().max(100), params: z.unknown() }),
]);
export type ToHost = z.input<typeof toHostSchema>;

/** A number that may be NaN or infinite; travels as text then, for messages are JSON. */
export const metricSchema = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

/**
 * A copy of a message in which each number that JSON lacks is text, as `metricSchema` reads it. Texts are not copied: a gallery's
 * are megabytes.
 */
export function forWire(message: unknown): unknown {
  if (typeof message === 'number') return Number.isFinite(message) ? message : String(message);
  if (typeof message !== 'object' || message === null) return message;
  if (Array.isArray(message)) return message.map(forWire);
  const known = Object.entries(message).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([key, value]) => [key, forWire(value)]));
}
