import { readFileSync, readdirSync } from 'node:fs';
import type * as z from 'zod';
import { isThere } from './processIdentity.ts';
import { heartbeatSchema, runOwnerSchema, type RunOwner } from './runFolder.ts';
import { runPaths } from './runPaths.ts';

/** Who has a run, as far as it can be known from here. Everyone judges by this, so that all come to the same. */
export type Ownership =
  /** No process ever had it. */
  | { kind: 'none' }
  /** A process of this host, which is there or gone: a late heartbeat alone means nothing. */
  | { kind: 'alive' | 'dead'; owner: RunOwner }
  /**
   * A process of another host. It cannot be asked, only heard, and is never ended from here. `lastHeard` is in milliseconds
   * since 1970; not heard for a minute, it counts as gone.
   */
  | { kind: 'elsewhere'; owner: RunOwner; lastHeard: number; isHeard: boolean };

/** A living owner writes its heartbeat each second; a slow disk or a busy network may hold it up. */
const heardWithinMs = 60_000;

/** Who has a run now. Throws only where the folder cannot be listed. */
export function ownershipOf(folder: string, now = Date.now()): Ownership {
  const owner = newestOwner(folder);
  if (owner === null) return { kind: 'none' };
  const there = isThere(owner);
  if (there !== null) return { kind: there ? 'alive' : 'dead', owner };
  const beat = readHeartbeat(folder);
  const lastHeard = beat?.attempt === owner.attempt ? beat.time : owner.time;
  // The other clock may be ahead of this one as well as behind.
  return { kind: 'elsewhere', owner, lastHeard, isHeard: Math.abs(now - lastHeard) <= heardWithinMs };
}

/** Whether someone may be working on the run, who must be left alone. */
export function isHeld(ownership: Ownership): boolean {
  return ownership.kind === 'alive' || (ownership.kind === 'elsewhere' && ownership.isHeard);
}

/** The owner of the newest attempt, or null when no process ever owned the run. */
export function newestOwner(folder: string): RunOwner | null {
  let highest = 0;
  for (const name of readdirSync(folder)) {
    const attempt = /^owner-(\d{1,6})\.json$/.exec(name)?.[1];
    if (attempt !== undefined) highest = Math.max(highest, Number(attempt));
  }
  if (highest === 0) return null;
  try {
    return runOwnerSchema.parse(JSON.parse(readFileSync(runPaths(folder).owner(highest), 'utf8')));
  } catch {
    // That it was created counts even where its content was lost: an attempt that nobody can be asked about.
    return { attempt: highest, host: '', bootId: '', pid: 1, processStart: '', nonce: '', time: 0 };
  }
}

/** What the owner's main thread last said of itself, or null. */
export function readHeartbeat(folder: string): z.infer<typeof heartbeatSchema> | null {
  try {
    return heartbeatSchema.parse(JSON.parse(readFileSync(runPaths(folder).heartbeat, 'utf8')));
  } catch {
    return null;
  }
}
