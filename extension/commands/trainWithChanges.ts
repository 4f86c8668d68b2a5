import * as vscode from 'vscode';
import type { StageChanges } from '../trainer/trainArguments.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { answered, askText, numberProblem } from './ask.ts';
import { chooseFrozen } from './chooseLayers.ts';
import { startOf } from './startOf.ts';
import { planTraining, resumeTraining, startTraining, type Planned, type Started } from './startTraining.ts';
import { changesOf, requestIn, stageOf } from './trainRequest.ts';

/** Trains the next stage with some things changed for this run only, without editing a file: those said, else those asked for. */
export async function trainWithChanges(context: UpsizeContext, argument: unknown): Promise<Started> {
  const said = requestIn(argument);
  const { folder, from } = await startOf(context, said);
  const request = { what: stageOf(said), ...from, ...changesOf(said) };
  if (request.changes !== undefined) return startTraining(context, folder, request);
  const planned = await planTraining(context, folder, request);
  if ('resume' in planned) return resumeTraining(context, folder, planned.resume);
  const changes = { ...planned.request.changes, ...(await askChanges(planned)) };
  return startTraining(context, folder, { ...planned.request, changes });
}

const numbers = {
  epochs: { label: 'Epochs', title: 'At most how many epochs?', least: 1, most: 10_000, whole: true },
  learningRate: { label: 'Learning rate', title: 'Learning rate', least: 1e-9, most: 10, whole: false },
  batchSize: { label: 'Batch size', title: 'Images in a batch', least: 1, most: 4096, whole: true },
};

/** Asks what is to be otherwise than planned. The values that the stage would have stand beside and in the boxes. */
async function askChanges({ plan, parent }: Planned): Promise<StageChanges> {
  const { size, training, freeze, extend } = plan.effective.stage;
  const keys = ['epochs', 'learningRate', 'batchSize'] as const;
  const frozen = Array.isArray(freeze)
    ? freeze.join(', ')
    : freeze === 'parent'
      ? 'all that comes from the run'
      : 'nothing';
  const wanted = answered(
    await vscode.window.showQuickPick(
      [
        ...keys.map((key) => ({ label: numbers[key].label, description: String(training[key]), key })),
        { label: 'Freeze', description: frozen, key: 'freeze' as const },
      ],
      { title: `Change what at ${size} px, for this run only?`, canPickMany: true },
    ),
  );
  const changes: StageChanges = {};
  for (const { key } of wanted) {
    if (key === 'freeze') {
      changes.freeze = await chooseFrozen(parent, extend, freeze);
      continue;
    }
    const { title, ...bounds } = numbers[key];
    const text = await askText(title, { value: String(training[key]), problem: numberProblem(bounds) });
    changes[key] = Number(text);
  }
  return changes;
}
