import { setTimeout as sleep } from 'node:timers/promises';
import { isLive } from '../protocol/runState.ts';
import { ownershipOf } from '../protocol/ownership.ts';
import { isThere } from '../protocol/processIdentity.ts';
import type { RunOwner } from '../protocol/runFolder.ts';
import { readSummary } from '../protocol/followedRun.ts';
import { EventWriter } from './eventWriter.ts';
import { RunOwnedError, takeRun } from './owner.ts';

type EndSignal = 'SIGTERM' | 'SIGKILL';

const pollMs = 50;

/**
 * Ends the process that owns a run: SIGTERM, and SIGKILL where that has not helped after `killAfterMs`. What the process could
 * not say itself is then written to the run: that it was stopped, and by which signal. Settles when the process is gone.
 * Throws when it is one of another host, which can only be ended there.
 */
export async function endOwner(folder: string, { killAfterMs }: { killAfterMs: number }): Promise<void> {
  const ownership = ownershipOf(folder);
  if (ownership.kind === 'elsewhere') {
    throw new Error(`This run belongs to a process on ${ownership.owner.host}; it can only be ended there.`);
  }
  if (ownership.kind !== 'alive') return;
  const { owner } = ownership;
  let signal: EndSignal = 'SIGTERM';
  send(owner, signal);
  const killAt = Date.now() + killAfterMs;
  while (isThere(owner)) {
    if (signal === 'SIGTERM' && Date.now() >= killAt) {
      signal = 'SIGKILL';
      send(owner, signal);
    }
    await sleep(pollMs);
  }
  recordEnd(folder, signal);
}

function send(owner: RunOwner, signal: EndSignal): void {
  try {
    process.kill(owner.pid, signal);
  } catch (error) {
    // It ended by itself just now, which is what is wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Nothing where the process said itself how it ended, or where someone has taken the run meanwhile. */
function recordEnd(folder: string, signal: EndSignal): void {
  if (!isLive(readSummary(folder).state)) return;
  try {
    takeRun(folder);
  } catch (error) {
    if (error instanceof RunOwnedError) return;
    throw error;
  }
  const writer = new EventWriter(folder);
  try {
    const message = `Its process did not stop when it was asked to, and was ended by ${signal}. It can be resumed from its last checkpoint.`;
    writer.write({ type: 'state', state: 'stopped', message, signal });
    writer.sync();
  } finally {
    writer.close();
  }
}
