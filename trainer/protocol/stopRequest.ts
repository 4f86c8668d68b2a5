import { newestOwner } from './ownership.ts';
import { replaceFileSync } from './replaceFile.ts';
import type { StopRequest } from './runFolder.ts';
import { runPaths } from './runPaths.ts';

/**
 * Asks the process that owns a run, or is about to take it, to stop: it finishes its batch, writes a checkpoint and ends.
 * Throws what the file system throws.
 */
export function requestStop(folder: string, by: StopRequest['by']): void {
  const { stop } = runPaths(folder);
  const request: StopRequest = { time: Date.now(), by, attempt: newestOwner(folder)?.attempt ?? 0 };
  replaceFileSync(stop, JSON.stringify(request));
}

/**
 * Whether a request is meant for an attempt: the one that had the run when it was asked, or the next, whose process was
 * only starting then.
 */
export function isMeant(request: StopRequest, attempt: number): boolean {
  return request.attempt === attempt || request.attempt === attempt - 1;
}
