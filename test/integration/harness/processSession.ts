import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const variable = 'UPSIZE_TEST_SESSION';

/**
 * A mark in the environment that every process started from a test inherits, detached trainers too, so that all of them can be
 * found and ended by their ids when the test is over.
 */
export interface ProcessSession {
  readonly environment: Readonly<Record<string, string>>;
  /** Ids of the live processes that carry the mark. Linux only; elsewhere empty. */
  processIds(): number[];
  /** Kills them all, and what they start meanwhile. */
  killAll(): number[];
}

function environmentOf(processId: string): string {
  try {
    return readFileSync(`/proc/${processId}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function kill(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL');
  } catch {
    // Gone meanwhile, which is what was wanted.
  }
}

export function createProcessSession(): ProcessSession {
  const value = randomBytes(12).toString('hex');
  const mark = `${variable}=${value}`;
  const processIds = () => {
    if (process.platform !== 'linux') return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && environmentOf(name).includes(mark))
      .map(Number);
  };
  return {
    environment: { [variable]: value },
    processIds,
    killAll() {
      const killed: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const alive = processIds();
        if (alive.length === 0) break;
        alive.forEach(kill);
        killed.push(...alive);
      }
      return killed;
    },
  };
}
