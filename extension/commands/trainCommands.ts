import * as vscode from 'vscode';
import * as z from 'zod';
import { freezeSchema, extendSchema } from '../../trainer/protocol/config.ts';
import { isLive } from '../../trainer/protocol/events.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import { endProcess, requestStop, waitForStop } from '../runs/stopRun.ts';
import type { StageChanges, TrainRequest } from '../trainer/trainArguments.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { answered, askText, choose, chooseFolder, chooseRun, numberProblem, runIdIn } from './ask.ts';
import { Declined, registerCommand } from './registerCommand.ts';
import { resumeTraining, startTraining, type Started } from './startTraining.ts';

/** What callers may say with a command that trains, so that nothing is asked. */
const requestSchema = z.object({
  folder: z.string().optional(),
  runId: z.string().optional(),
  stage: z.number().int().min(1).optional(),
  changes: z
    .object({
      size: z.number().int().optional(),
      epochs: z.number().int().optional(),
      learningRate: z.number().optional(),
      batchSize: z.number().int().optional(),
      freeze: freezeSchema.optional(),
      extend: extendSchema.optional(),
    })
    .optional(),
});
type Request = z.infer<typeof requestSchema>;

/** Whether another stage can start from a run's weights. */
export function canBeParent(run: Run): boolean {
  return run.state === 'completed' || (!isLive(run.state) && run.summary.bestEpoch !== null);
}

/** Whether a run ended without completing. */
export function canResume(run: Run): boolean {
  return run.state === 'stopped' || run.state === 'interrupted' || run.state === 'failed';
}

export function registerTrainCommands(context: UpsizeContext): vscode.Disposable[] {
  const { log } = context;
  return [
    registerCommand(log, 'trainNextStage', (argument) => trainNextStage(context, argument)),
    registerCommand(log, 'trainWithChanges', (argument) => trainWithChanges(context, argument)),
    registerCommand(log, 'startNewLadder', (argument) => startNewLadder(context, argument)),
    registerCommand(log, 'trainFromRun', (argument) => trainFromRun(context, argument)),
    registerCommand(log, 'trainControl', (argument) => trainControl(context, argument)),
    registerCommand(log, 'resumeRun', (argument) => resumeRun(context, argument)),
    registerCommand(log, 'stopRun', (argument) => stopRun(context, argument)),
  ];
}

function requestIn(argument: unknown): Request {
  return requestSchema.safeParse(argument).data ?? {};
}

function changesOf({ changes }: Request): { changes?: StageChanges } {
  if (changes === undefined) return {};
  const said = Object.entries(changes).filter(([, value]) => value !== undefined);
  return said.length === 0 ? {} : { changes: Object.fromEntries(said) };
}

/** A folder with a config, offering to make one where there is none. */
export async function folderWithConfig(context: UpsizeContext, argument: unknown): Promise<UpsizeFolder> {
  const folder = await chooseFolder(context, argument);
  if (folder.config.file !== null) return folder;
  const made: unknown = await vscode.commands.executeCommand('upsize.createConfig', folder.workspaceFolder.uri);
  if (folder.config.file === null || made === undefined) {
    throw new Declined(
      `${folder.workspaceFolder.name} has no upsize.json yet, which says where the images are. "Upsize: Create Config" makes one.`,
    );
  }
  return folder;
}

async function trainNextStage(context: UpsizeContext, argument: unknown): Promise<Started> {
  const request = requestIn(argument);
  const from = runIdIn(argument) ?? selectedParent(context);
  const folder =
    (from === undefined ? undefined : context.folders.run(from)?.folder) ?? (await folderWithConfig(context, argument));
  const what: TrainRequest['what'] = request.stage === undefined ? 'next' : { stage: request.stage - 1 };
  return startTraining(context, folder, { what, ...(from === undefined ? {} : { from }), ...changesOf(request) });
}

/** The run that is selected in the Runs view, where a stage can start from it. */
function selectedParent({ runsView }: UpsizeContext): string | undefined {
  const { selected } = runsView;
  return selected && canBeParent(selected.run) ? selected.run.id : undefined;
}

async function startNewLadder(context: UpsizeContext, argument: unknown): Promise<Started> {
  const folder = await folderWithConfig(context, argument);
  return startTraining(context, folder, { what: 'newLadder', ...changesOf(requestIn(argument)) });
}

const noParent = 'A stage can start from a completed run, or from the best epoch of one that was stopped.';

async function trainFromRun(context: UpsizeContext, argument: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Train a stage from which run?',
    fits: canBeParent,
    none: noParent,
  });
  const request = requestIn(argument);
  if (request.stage !== undefined || request.changes !== undefined) {
    const what: TrainRequest['what'] = request.stage === undefined ? 'next' : { stage: request.stage - 1 };
    return startTraining(context, folder, { what, from: run.id, ...changesOf(request) });
  }
  const chosen = await chooseStage(context, folder, run);
  return startTraining(context, folder, { ...chosen, from: run.id });
}

/** What a ladder is worth: its last size alone, trained for the time that all its stages took. */
async function trainControl(context: UpsizeContext, argument: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Train the control of which ladder?',
    fits: ({ state, manifest }) => state === 'completed' && manifest.parentId !== null,
    none: 'A control is held against a ladder of at least two completed stages.',
  });
  return startTraining(context, folder, { what: { control: run.id } });
}

/** A stage of the config that is no smaller than the run's, or a size of the user's own. */
async function chooseStage(context: UpsizeContext, folder: UpsizeFolder, run: Run): Promise<TrainRequest> {
  const { size } = run.manifest.config.stage;
  const stages = (folder.config.config?.stages ?? []).map((stage, index) => ({ size: stage.size, index }));
  const choices = stages
    .filter((stage) => stage.size >= size)
    .map((stage) => ({
      label: `${stage.size} px`,
      description: `stage ${stage.index + 1} of the config`,
      value: { what: { stage: stage.index } },
    }));
  const chosen = await choose<TrainRequest | 'size'>(`Train from the ${size} px run at which size?`, [
    ...choices,
    { label: 'Another size…', value: 'size' },
  ]);
  if (chosen !== 'size') return chosen;
  const { askOtherSize } = await import('./graft.ts');
  const graft = await askOtherSize(context, folder, { from: run.id, parentSize: size, changes: {} });
  return { what: 'next', changes: { size: graft.size } };
}

async function trainWithChanges(context: UpsizeContext, argument: unknown): Promise<Started> {
  const from = runIdIn(argument) ?? selectedParent(context);
  const folder =
    (from === undefined ? undefined : context.folders.run(from)?.folder) ?? (await folderWithConfig(context, argument));
  const request = requestIn(argument);
  const changes = changesOf(request).changes ?? (await askChanges(folder));
  return startTraining(context, folder, { what: 'next', ...(from === undefined ? {} : { from }), changes });
}

async function askChanges(folder: UpsizeFolder): Promise<StageChanges> {
  const training = folder.config.config?.training;
  const wanted = answered(
    await vscode.window.showQuickPick(
      [
        { label: 'Epochs', description: String(training?.epochs ?? ''), key: 'epochs' as const },
        { label: 'Learning rate', description: String(training?.learningRate ?? ''), key: 'learningRate' as const },
        { label: 'Batch size', description: String(training?.batchSize ?? ''), key: 'batchSize' as const },
        { label: 'Freeze', description: 'what does not train', key: 'freeze' as const },
      ],
      { title: 'Change what, for this run only?', canPickMany: true },
    ),
  );
  const changes: StageChanges = {};
  for (const { key } of wanted) {
    if (key === 'freeze') {
      changes.freeze = await choose('Freeze what?', [
        { label: 'All layers of the parent', value: 'parent' as const },
        { label: 'Nothing', value: 'none' as const },
      ]);
      continue;
    }
    const bounds = {
      epochs: { title: 'At most how many epochs?', least: 1, most: 10_000, whole: true },
      learningRate: { title: 'Learning rate', least: 1e-9, most: 10, whole: false },
      batchSize: { title: 'Images in a batch', least: 1, most: 4096, whole: true },
    }[key];
    const text = await askText(bounds.title, { value: String(training?.[key] ?? ''), problem: numberProblem(bounds) });
    changes[key] = Number(text);
  }
  return changes;
}

async function resumeRun(context: UpsizeContext, argument: unknown): Promise<Started> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Resume which run?',
    fits: canResume,
    none: 'A run can be resumed when it was stopped, interrupted or failed.',
  });
  return resumeTraining(context, folder, run.id);
}

/** Asks a run to stop and waits; after a while offers to end its process. Settles with the state it came to. */
async function stopRun(context: UpsizeContext, argument: unknown): Promise<{ runId: string; state: string }> {
  const { folder, run } = await chooseRun(context, argument, {
    title: 'Stop which run?',
    fits: ({ state }) => isLive(state),
    none: 'Only a run that is queued or at work can be stopped.',
  });
  requestStop(run.folder);
  const ended = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Upsize: stopping ${run.id}`, cancellable: true },
    async (progress, token) => {
      let said = '';
      const offer = setTimeout(() => void offerEnd(context, folder, run), offerEndAfterMs);
      try {
        return await waitForStop({
          run: () => folder.runsById.get(run.id),
          isCancelled: () => token.isCancellationRequested,
          onDoing(doing) {
            if (doing === said) return;
            said = doing;
            progress.report({ message: `waiting: it is ${doing}` });
          },
        });
      } finally {
        clearTimeout(offer);
      }
    },
  );
  if (ended === 'gone' || ended === 'waiting') return { runId: run.id, state: ended };
  return { runId: run.id, state: ended.state };
}

const offerEndAfterMs = 30_000;

async function offerEnd({ log }: UpsizeContext, folder: UpsizeFolder, run: Run): Promise<void> {
  const now = folder.runsById.get(run.id);
  if (!now || !isLive(now.state)) return;
  const end = 'End Process';
  const chosen = await vscode.window.showWarningMessage(
    `Run ${run.id} was asked to stop ${offerEndAfterMs / 1000} s ago and is still at work. Ending its process loses what came after its last checkpoint.`,
    end,
  );
  if (chosen !== end) return;
  log.warn(`The process of run ${run.id} is ended`);
  await endProcess(run.folder);
  await folder.refresh();
}
