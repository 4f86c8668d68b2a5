import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineEnvironment, threadsIn } from '../engine/engineEnvironment.ts';
import type { EngineName } from '../engine/loadEngine.ts';
import type { EffectiveConfig } from '../protocol/config.ts';
import { EventReader } from '../protocol/eventReader.ts';
import { isLive } from '../protocol/runState.ts';
import { runPaths } from '../protocol/runPaths.ts';
import { threadPlan } from '../protocol/threadPlan.ts';
import type { Run } from '../protocol/runSummary.ts';
import { createRun } from '../run/createRun.ts';
import { trainerEntry } from '../protocol/trainerEntry.ts';

/** A child that has not taken its run by then is taken for not started; it may be slow on a cold disk. */
const takesRunWithinMs = 60_000;

export interface StartOptions {
  workspace: string;
  /** What paths in the config are relative to. */
  baseDirectory: string;
  effective: EffectiveConfig;
  parent: Run | null;
}

/**
 * Makes a run and starts its detached child process, which outlives this one. Returns when the child has taken the run; it
 * may then wait in the queue. Throws when the parent has no weights to start from or the child could not be started.
 */
export async function startRun({
  workspace,
  baseDirectory,
  effective,
  parent,
}: StartOptions): Promise<{ id: string; folder: string }> {
  const run = createRun({
    workspace,
    baseDirectory,
    config: effective,
    parent: parent === null ? null : { id: parent.id, ladderId: parent.manifest.ladderId, ...weightsOf(parent) },
  });
  await spawnChild(run.folder);
  return { id: run.id, folder: run.folder };
}

/**
 * Starts a new attempt of a run that was stopped, interrupted or failed, on the engine that it began on, or on another one that is
 * meant. Of two that try at once, one gets an error.
 */
export async function resumeRun(run: Run, engine: EngineName | null = null): Promise<void> {
  if (isLive(run.state)) throw new Error(`Run ${run.id} is ${run.state}; there is nothing to resume.`);
  if (run.state === 'completed') {
    throw new Error(`Run ${run.id} is completed. Train the next stage from it, or train more epochs as a new run.`);
  }
  rmSync(runPaths(run.folder).stop, { force: true });
  const more = engine === null ? [] : ['--engine', engine];
  await spawnChild(run.folder, { threads: run.summary.engine?.threads ?? null, more });
}

/** The weights that a stage after this run starts from. Throws where it has none. */
export function weightsOf(run: Run): { weights: 'model' | 'best'; weightsSha256: string } {
  const { weightsSha256, bestCheckpoint } = run.summary;
  if (run.state === 'completed' && weightsSha256 !== null) return { weights: 'model', weightsSha256 };
  if (bestCheckpoint) return { weights: 'best', weightsSha256: bestCheckpoint.weightsSha256 };
  throw new Error(
    `Run ${run.id} is ${run.state} and has no finished epoch to start from. Resume it, or train it again.`,
  );
}

/** `threads`: as many as the attempt before had, which are part of what makes a resume exact. */
async function spawnChild(
  folder: string,
  { threads = null, more = [] }: { threads?: number | null; more?: readonly string[] } = {},
): Promise<void> {
  const reader = new EventReader(folder);
  reader.read();
  const log = openSync(runPaths(folder).stderr, 'a');
  let ended: string | null = null;
  const plan = threadPlan(availableParallelism());
  let pid: number | undefined;
  try {
    const entry = trainerEntry();
    const child = spawn(process.execPath, [entry, 'child', folder, ...more], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log],
      windowsHide: true,
      env: { ...childEnvironment(), ...engineEnvironment({ threads: threads ?? threadsIn(), pool: plan.pool }) },
    });
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended = signal === null ? `it ended with code ${code}` : `signal ${signal}`));
    child.unref();
    ({ pid } = child);
  } finally {
    closeSync(log);
  }
  const deadline = Date.now() + takesRunWithinMs;
  while (Date.now() < deadline) {
    // Another's child may be faster: then this one ends, and says who has the run.
    if (reader.read().events.some((event) => event.type === 'attempt' && event.pid === pid)) return;
    if (ended !== null) break;
    await sleep(20);
  }
  throw new Error(`The trainer could not be started: ${lastWords(folder) ?? ended ?? 'it did not answer'}`);
}

const passedOn =
  /^(PATH|HOME|USER|LANG|LC_.*|TMPDIR|TEMP|TMP|TZ|XDG_.*|UPSIZE_.*|TF_.*|CUDA_.*|NVIDIA_.*|LD_LIBRARY_PATH|DYLD_.*|OMP_.*|UV_THREADPOOL_SIZE|SLURM_.*|LOCALAPPDATA|APPDATA|USERPROFILE|SystemRoot|ELECTRON_RUN_AS_NODE|NODE_EXTRA_CA_CERTS)$/i;

/** The child gets what it needs and none of the user's secrets. */
function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
}

/** The sentence for the user with which main.ts ends a child that fails. */
function lastWords(folder: string): string | null {
  try {
    const lines = readFileSync(runPaths(folder).stderr, 'utf8').trim().split('\n');
    return lines.findLast((line) => line.startsWith('upsize: '))?.slice('upsize: '.length) ?? null;
  } catch {
    return null;
  }
}
