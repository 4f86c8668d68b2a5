import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import os from 'node:os';
import { bootId, livenessOf, processStart } from '../protocol/processIdentity.ts';
import { runPaths, type RunOwner } from '../protocol/runFolder.ts';
import { newestOwner } from '../protocol/runStore.ts';
import { fsyncFolder, writeFully } from './atomicFile.ts';

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

/** Creates a file that must not be there yet; of two who try at once, one gets `false`. */
export function createExclusively(file: string, content: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFully(descriptor, Buffer.from(content));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/**
 * Makes this process the owner of a run, as its next attempt. The record's exclusive creation decides between two that
 * try at once. Throws RunOwnedError while another owner lives, or may live on another host.
 */
export function takeRun(folder: string): RunOwner {
  const before = newestOwner(folder);
  if (before !== null) {
    const liveness = livenessOf(before);
    if (liveness === 'alive') {
      throw new RunOwnedError(`This run is being trained by process ${before.pid}. Stop it first, or wait for it.`);
    }
    if (liveness === 'unknown' && before.host !== '') {
      throw new RunOwnedError(
        `This run belongs to a process on ${before.host}, which cannot be asked from here. Resume it there.`,
      );
    }
  }
  const attempt = (before?.attempt ?? 0) + 1;
  const owner: RunOwner = { attempt, ...thisProcess() };
  if (!createExclusively(runPaths(folder).owner(attempt), JSON.stringify(owner))) {
    throw new RunOwnedError('Another process has just taken this run.');
  }
  fsyncFolder(folder);
  return owner;
}
