import { statSync } from 'node:fs';
import { eventsFileOf } from './runPaths.ts';

/**
 * What a run folder looks like from outside. It changes with whatever happens to the run: an event makes the newest file of the log
 * longer; a new file of the log, an owner, and whatever else is made, replaced or removed in the folder changes its time.
 */
export interface RunStamp {
  folderInode: number;
  /** Milliseconds since 1970. */
  folderTime: number;
  /** Number of the log's file that was looked at: the newest. */
  logFile: number;
  logInode: number;
  logTime: number;
  logBytes: number;
}

/** A file system may tell times in steps of this: what happened since may not show in them yet. */
const coarsestTimeMs = 2000;

/** The stamp of a run folder whose newest log file has this number; null where the folder is gone. Throws what `stat` throws else. */
export function stampOf(folder: string, logFile: number): RunStamp | null {
  // Asked for each of thousands of runs: an exception for what is not there costs many times the answer.
  const ofFolder = statSync(folder, { throwIfNoEntry: false });
  if (!ofFolder) return null;
  const ofLog = statSync(eventsFileOf(folder, logFile), { throwIfNoEntry: false });
  return {
    folderInode: ofFolder.ino,
    folderTime: ofFolder.mtimeMs,
    logFile,
    logInode: ofLog?.ino ?? 0,
    logTime: ofLog?.mtimeMs ?? 0,
    logBytes: ofLog?.size ?? 0,
  };
}

/** Whether nothing happened to a run folder since it bore this stamp. Throws what `stat` throws besides "not there". */
export function bearsStamp(folder: string, stamp: RunStamp): boolean {
  const now = stampOf(folder, stamp.logFile);
  return now !== null && isSameStamp(now, stamp);
}

/** Whether nothing happened between two looks. */
export function isSameStamp(one: RunStamp, other: RunStamp): boolean {
  return (
    one.logBytes === other.logBytes &&
    one.logTime === other.logTime &&
    one.logInode === other.logInode &&
    one.logFile === other.logFile &&
    isSameFolder(one, other)
  );
}

/** Whether nothing was made, replaced or removed in the folder between two looks, its manifest neither. */
export function isSameFolder(one: RunStamp, other: RunStamp): boolean {
  return one.folderTime === other.folderTime && one.folderInode === other.folderInode;
}

/** Whether whatever comes after this moment is bound to change the stamp. */
export function isSettled({ folderTime, logTime }: RunStamp, now: number): boolean {
  return now - Math.max(folderTime, logTime) > coarsestTimeMs;
}
