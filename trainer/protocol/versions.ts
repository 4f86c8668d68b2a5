/**
 * Version of each format that outlives a process. A reader takes what is at most its own version, ignores fields it does
 * not know, and shows what is newer as "made by a newer Upsize", read-only. Nothing is migrated in place.
 */
export const versions = {
  config: 1,
  run: 1,
  events: 1,
  checkpoint: 1,
  evaluation: 1,
  split: 1,
  scan: 1,
  cache: 1,
  annotations: 1,
  messages: 1,
} as const;

/** What is said of a format that this Upsize does not know yet. */
export function newerFormat(version: number, known: number): string {
  return `made by a newer Upsize (format ${version}; this one knows ${known})`;
}

/** What became of reading something that carries a version. */
export type Versioned<T> =
  { kind: 'ok'; value: T } | { kind: 'newer'; version: number; message: string } | { kind: 'damaged'; message: string };
