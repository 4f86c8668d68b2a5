import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isLive } from '../protocol/runState.ts';
import { ownershipOf, readHeartbeat, type Ownership } from '../protocol/ownership.ts';
import { bootId, processStart } from '../protocol/processIdentity.ts';
import type { RunOwner } from '../protocol/runFolder.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { readSummary } from '../protocol/followedRun.ts';
import { fsyncFolder, writeFully } from '../protocol/replaceFile.ts';

/** A run that another process owns, so that this one must leave it alone. */
export class RunOwnedError extends Error {
  override name = 'RunOwnedError';
}

/** Who this process is, in the words of an owner record. */
export function thisProcess(): Pick<RunOwner, 'host' | 'bootId' | 'pid' | 'processStart' | 'nonce' | 'time'> {
  return {
    host: os.hostname(),
    bootId: bootId(),
    pid: process.pid,
    processStart: processStart(process.pid) ?? 'unknown',
    nonce: randomBytes(16).toString('hex'),
    time: Date.now(),
  };
}

/**
 * Creates a file that must not be there yet, whole from its first moment on; of two who try at once, one gets `false`.
 * Throws what the file system throws.
 */
export function createExclusively(file: string, content: string): boolean {
  const partial = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.partial`);
  try {
    writeNew(partial, content);
    linkSync(partial, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    // A file system without hard links: a reader may then see the file empty for a moment, and who wins is still clear.
    if (isCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) return createInPlace(file, content);
    throw error;
  } finally {
    rmSync(partial, { force: true });
  }
}

function createInPlace(file: string, content: string): boolean {
  try {
    writeNew(file, content);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function writeNew(file: string, content: string): void {
  const descriptor = openSync(file, 'wx');
  try {
    writeFully(descriptor, Buffer.from(content));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Its heartbeat comes each second; this is long enough to see one. */
const watchForMs = 3000;

/**
 * Makes this process the owner of a run, as its next attempt. The record's exclusive creation decides between two that
 * try at once. Throws RunOwnedError while another owner lives, or may live on another host.
 */
export function takeRun(folder: string, options: { watchMs?: number } = {}): RunOwner {
  const before = ownershipOf(folder);
  if (before.kind === 'alive') {
    throw new RunOwnedError(`Process ${before.owner.pid} has this run now. Stop it first, or wait for it.`);
  }
  if (before.kind === 'elsewhere') refuseWhileAtWork(folder, before, options.watchMs ?? watchForMs);
  const attempt = (before.kind === 'none' ? 0 : before.owner.attempt) + 1;
  const owner: RunOwner = { attempt, ...thisProcess() };
  if (!createExclusively(runPaths(folder).owner(attempt), JSON.stringify(owner))) {
    throw new RunOwnedError('Another process has just taken this run.');
  }
  fsyncFolder(folder);
  return owner;
}

/** Gives up a run that this process took, without having begun an attempt: nobody has to wait for this process to end. */
export function releaseRun(folder: string, { attempt }: RunOwner): void {
  rmSync(runPaths(folder).owner(attempt), { force: true });
}

/**
 * A process of another host is at work where the log has not ended and its heart beats. By the clocks alone it may only seem
 * not to, so the heartbeat is watched for a while before the run is taken from it.
 */
function refuseWhileAtWork(folder: string, before: Ownership & { kind: 'elsewhere' }, watchMs: number): void {
  const { owner, isHeard } = before;
  const { state, attempt } = readSummary(folder);
  const hasEnded = !isLive(state) && attempt >= owner.attempt;
  if (hasEnded) return;
  const beat = readHeartbeat(folder);
  const isBeating = () => beat?.attempt === owner.attempt && hasChanged(folder, beat.time, watchMs);
  if (isHeard || isBeating()) {
    throw new RunOwnedError(
      `A process on ${owner.host} has this run, and is at work by its heartbeat. Stop it there, or wait for it.`,
    );
  }
}

function hasChanged(folder: string, time: number, withinMs: number): boolean {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, withinMs);
  return readHeartbeat(folder)?.time !== time;
}
