import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 30_000;

/** Settles when an assertion holds. Rejects as it fails where it still does after 30 s. */
export async function eventually(assertion: () => void | Promise<void>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(20)) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
