import { RunStore } from '../protocol/runStore.ts';
import { controlVerdictOf } from '../stages/controlVerdict.ts';
import { planControl } from '../stages/controlRun.ts';
import { startRun } from '../stages/startRun.ts';
import { say, sayJson, type CommandContext } from './commandContext.ts';
import { findRun } from './findRun.ts';
import { endOf, followRun } from './followRun.ts';
import type { TrainOptions } from './trainOptions.ts';

/** `upsize train --control RUN`: trains the control of a ladder and says whether progressive resizing paid. */
export async function trainControl(
  { control = '', dryRun, detach, json }: TrainOptions,
  workspace: string,
  context: CommandContext,
): Promise<void> {
  const { output, errorOutput } = context;
  const run = findRun(workspace, control);
  const { effective, reason } = planControl(run, new RunStore(workspace).list().runs);
  if (dryRun) {
    if (json)
      sayJson(output, { outcome: 'wouldTrain', stageIndex: null, parentId: null, reason, notice: null, effective });
    else say(output, reason);
    return;
  }
  say(errorOutput, reason);
  const { id } = await startRun({ workspace, baseDirectory: run.manifest.baseDirectory, effective, parent: null });
  if (detach) {
    if (json) sayJson(output, { outcome: 'started', id });
    else say(output, `Run ${id} is at work. "upsize show ${run.id}" says what came of it when it is done.`);
    return;
  }
  const followed = await followRun(workspace, id, context);
  const { exitCode, advice } = endOf(followed);
  context.exitCode = exitCode;
  if (advice !== null) say(errorOutput, advice);
  const verdict = controlVerdictOf(run, new RunStore(workspace).list().runs);
  if (json) sayJson(output, { outcome: followed.detached ? 'left' : followed.run.state, id, control: verdict });
  else if (verdict !== null && verdict.controlId === id) say(output, verdict.message);
}
