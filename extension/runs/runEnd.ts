import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stopRequestSchema } from '../../trainer/protocol/runFolder.ts';
import { runPaths, workspacePaths } from '../../trainer/protocol/runPaths.ts';
import { stateTextOf } from '../../trainer/protocol/stateText.ts';
import { valAccuracyOf, type Run } from '../../trainer/protocol/runSummary.ts';
import { percent, points } from '../numbers.ts';
import { gainOf } from './runLabel.ts';

const keptMs = 24 * 60 * 60_000;

/** Whether a run ended other than its user wanted. */
export function isFailure({ state }: Run): boolean {
  return state === 'failed' || state === 'interrupted';
}

/**
 * Whether an end is told. A failure always; a success where nobody looks at the window and the setting allows it; a stop only
 * where nobody asked for it (the system did): who asked knows.
 */
export function isTold(run: Run, { focused, enabled }: { focused: boolean; enabled: boolean }): boolean {
  if (isFailure(run)) return true;
  if (focused || !enabled) return false;
  return run.state !== 'stopped' || !wasAskedToStop(run);
}

function wasAskedToStop({ folder, summary }: Run): boolean {
  try {
    const { attempt } = stopRequestSchema.parse(JSON.parse(readFileSync(runPaths(folder).stop, 'utf8')));
    // It may have been asked before the attempt had begun.
    return attempt === summary.attempt || attempt === summary.attempt - 1;
  } catch {
    return false;
  }
}

/**
 * Whether this window is the one that tells an end, of all that have the folder open: the first to make a file that says so.
 * Where it cannot be made, each tells: better twice than never.
 */
export function claimEnd(workspace: string, run: Run, now = Date.now()): boolean {
  const directory = path.join(workspacePaths(workspace).cache, 'told');
  try {
    mkdirSync(directory, { recursive: true });
    for (const name of readdirSync(directory)) {
      const file = path.join(directory, name);
      const found = statSync(file, { throwIfNoEntry: false });
      if (found && now - found.mtimeMs > keptMs) rmSync(file, { force: true });
    }
    writeFileSync(path.join(directory, `${run.id}-${run.summary.attempt}`), '', { flag: 'wx' });
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'EEXIST');
  }
}

/** What became of a run, in a sentence. `where` is ` in <folder>` where there are several. */
export function endText(run: Run, byId: ReadonlyMap<string, Run>, name: string | undefined, where: string): string {
  const { size } = run.manifest.config.stage;
  const called = `${size} px run ${name ?? run.id}${where}`;
  const accuracy = valAccuracyOf(run.summary);
  const { gain } = gainOf(run, byId);
  switch (run.state) {
    case 'completed': {
      const came = accuracy === null ? '' : `: ${percent(accuracy)}${gain === null ? '' : ` (${points(gain)} pt)`}`;
      return `The ${called} is trained${came}.`;
    }
    case 'failed':
      return `The ${called} failed: ${run.summary.message ?? 'it said nothing why; "Show Log" and its stderr.log may'}`;
    case 'interrupted':
      if (run.ownership?.kind === 'elsewhere') return `The ${called} is ${stateTextOf(run)}.`;
      return `The process of the ${called} is gone (${run.summary.epochs.length} epochs were done). It can be resumed from its last checkpoint.`;
    default:
      return `The ${called} is ${run.state}.`;
  }
}
