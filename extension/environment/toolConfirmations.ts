import type { Run } from '../../trainer/protocol/runSummary.ts';

/** What the user is asked before a tool does something. */
export interface Confirmation {
  title: string;
  message: string;
}

/** Before a tool starts a run. `where` names the folder, as ` in photos`, where several are open. */
export function startConfirmation(
  { fromRunId, newLadder, size }: { fromRunId?: string | undefined; newLadder: boolean; size?: number | undefined },
  where: string,
): Confirmation {
  const stage = newLadder ? 'the first stage of a new ladder' : 'the next stage';
  const what = size === undefined ? stage : `at ${size} px`;
  const from = fromRunId === undefined ? '' : ` from run ${fromRunId}`;
  return { title: 'Start training with Upsize', message: `Train ${what}${from}${where}?` };
}

/** Before a tool stops a run. `where` as above. */
export function stopConfirmation({ id, manifest }: Pick<Run, 'id' | 'manifest'>, where: string): Confirmation {
  const { size } = manifest.config.stage;
  return { title: 'Stop an Upsize run', message: `Stop the ${size} px run ${id}${where}? It can be resumed.` };
}
