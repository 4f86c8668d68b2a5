import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLive } from '../../trainer/protocol/events.ts';
import { livenessOf } from '../../trainer/protocol/processIdentity.ts';
import { runPaths, type StopRequest } from '../../trainer/protocol/runFolder.ts';
import { newestOwner, readHeartbeat } from '../../trainer/protocol/runStore.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';

const pollMs = 150;
const killGraceMs = 10_000;

/** Asks the process that owns a run to finish its batch, write a checkpoint and end. */
export function requestStop(folder: string): void {
  const { stop } = runPaths(folder);
  const request: StopRequest = { time: Date.now(), by: 'extension', attempt: newestOwner(folder)?.attempt ?? 0 };
  const temporary = `${stop}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify(request));
    renameSync(temporary, stop);
  } finally {
    rmSync(temporary, { force: true });
  }
}

export interface StopWatch {
  /** The run as it is now; undefined when it is gone. */
  run: () => Run | undefined;
  /** Told what the process is doing before it can stop. */
  onDoing: (doing: string) => void;
  isCancelled: () => boolean;
}

/** Waits until a run is no longer live. Settles with how it ended, or with `waiting` when the wait was cancelled. */
export async function waitForStop({ run, onDoing, isCancelled }: StopWatch): Promise<Run | 'gone' | 'waiting'> {
  for (;;) {
    const now = run();
    if (now === undefined) return 'gone';
    if (!isLive(now.state)) return now;
    if (isCancelled()) return 'waiting';
    const doing = readHeartbeat(now.folder)?.doing;
    if (doing !== undefined) onDoing(doing);
    await sleep(pollMs);
  }
}

/**
 * Ends the process of a run that does not stop when asked: SIGTERM, then SIGKILL after 10 s. Throws when it belongs to another
 * host, where only its owner can be asked.
 */
export async function endProcess(folder: string): Promise<void> {
  const owner = newestOwner(folder);
  if (owner === null) return;
  if (livenessOf(owner) === 'unknown') {
    throw new Error(`This run belongs to a process on ${owner.host}; it can only be ended there.`);
  }
  const until = Date.now() + killGraceMs;
  if (livenessOf(owner) === 'alive') process.kill(owner.pid, 'SIGTERM');
  while (livenessOf(owner) === 'alive') {
    if (Date.now() > until) process.kill(owner.pid, 'SIGKILL');
    await sleep(pollMs);
  }
}
