import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';

const withinMs = 60_000;

/** Whether a process is there. */
function isThere(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

/** Fails when one of these processes is still there after a minute, or when none was ever started. */
export async function goneSoon(processIds: readonly number[]): Promise<void> {
  assert.ok(processIds.length > 0 && processIds.every((id) => id > 0), 'no process was started');
  const until = Date.now() + withinMs;
  while (processIds.some(isThere) && Date.now() < until) await sleep(20);
  assert.deepEqual(processIds.filter(isThere), [], 'processes were left behind');
}
