import * as z from 'zod';
import { comparedRun } from '../../trainer/protocol/comparedRun.ts';
import { isLive } from '../../trainer/protocol/runState.ts';
import { runRows } from '../../trainer/protocol/runRow.ts';
import { requestStop } from '../../trainer/protocol/stopRequest.ts';
import { requireTrust } from '../settings.ts';
import { inFolder } from '../folderName.ts';
import { tryTraining } from '../commands/startTraining.ts';
import { recordedRun } from '../panels/panelServices.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import type { FolderRun } from '../upsizeFolders.ts';
import type { Tool, ToolName } from './tool.ts';
import { startConfirmation, stopConfirmation, type Confirmation } from './toolConfirmations.ts';

const mostRows = 200;

interface Definition<T> {
  name: ToolName;
  input: z.ZodType<T>;
  /** For tools that change something: what the user confirms. */
  confirm?: (context: UpsizeContext, input: T) => Confirmation;
  answer: (context: UpsizeContext, input: T) => unknown;
}

function tool<T>({ name, input, confirm, answer }: Definition<T>): Tool {
  const parse = (value: unknown): T => {
    const parsed = input.safeParse(value);
    if (!parsed.success) throw new Error(`${name}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  };
  return {
    name,
    confirm: (context, value) => confirm?.(context, parse(value)) ?? null,
    answer: (context, value) => answer(context, parse(value)),
  };
}

function rowsOf({ folders }: UpsizeContext) {
  return folders.all.flatMap((folder) => {
    const names = [...folder.annotations.all].flatMap(([id, { name }]) =>
      name === undefined ? [] : [[id, name] as const],
    );
    return runRows(folder.runs, new Map(names)).map((row) => ({
      ...row,
      workspaceFolder: folder.workspaceFolder.name,
    }));
  });
}

function runOf({ folders }: UpsizeContext, id: string): FolderRun {
  const found = folders.run(id);
  if (!found) throw new Error(`There is no run ${id}; upsize_list_runs lists them.`);
  return found;
}

const listRuns = tool({
  name: 'upsize_list_runs',
  input: z.object({ ladderId: z.string().optional() }),
  answer: (context, { ladderId }) =>
    rowsOf(context)
      .filter((row) => ladderId === undefined || row.ladderId === ladderId)
      .slice(-mostRows),
});

const compareRuns = tool({
  name: 'upsize_compare_runs',
  input: z.object({ runIds: z.array(z.string()).min(2).max(10) }),
  answer: (context, { runIds }) => {
    const rows = rowsOf(context);
    return runIds.map((id) => {
      const row = rows.find((each) => each.id === id);
      const { folder, run } = runOf(context, id);
      return row && { ...comparedRun(run, row), workspaceFolder: folder.workspaceFolder.name };
    });
  },
});

const explainClass = tool({
  name: 'upsize_explain_class',
  input: z.object({ runId: z.string(), className: z.string() }),
  answer: async (context, { runId, className }) => {
    const { folder, run } = runOf(context, runId);
    const asked = recordedRun({ nameOf: (id) => folder.annotations.of(id).name ?? null }, run);
    const explained = await context.records.read('explainClass', { run: asked, className });
    if (!explained) throw new Error(`Run ${runId} has no evaluation yet.`);
    return explained;
  },
});

const startInput = z.object({
  fromRunId: z.string().optional(),
  newLadder: z.boolean().default(false),
  size: z.number().int().optional(),
  epochs: z.number().int().optional(),
  workspaceFolder: z.string().optional(),
});

/** The folder to train in: the run's, the one that is named, the only one with a config. Throws with the names where it may be several. */
function folderToTrain(
  context: UpsizeContext,
  { fromRunId, workspaceFolder }: z.infer<typeof startInput>,
): UpsizeFolder {
  if (fromRunId !== undefined) return runOf(context, fromRunId).folder;
  const { all } = context.folders;
  const named = all.filter((folder) => folder.workspaceFolder.name === workspaceFolder);
  const configured = all.filter((folder) => folder.config.file !== null);
  const [only] = workspaceFolder === undefined ? configured : named;
  if (only && (workspaceFolder === undefined ? configured : named).length === 1) return only;
  if (all.length === 0) throw new Error('No folder is open.');
  if (workspaceFolder === undefined && configured.length === 0) {
    throw new Error('No open folder has an upsize.json; the command "Upsize: Create Config" makes one.');
  }
  const names = all.map((folder) => folder.workspaceFolder.name).join(', ');
  throw new Error(`Say by workspaceFolder in which of the open folders to train: ${names}.`);
}

const startRun = tool({
  name: 'upsize_start_run',
  input: startInput,
  confirm: (context, input) => startConfirmation(input, inFolder(context.folders, folderToTrain(context, input))),
  answer: async (context, input) => {
    requireTrust();
    const { fromRunId, newLadder, size, epochs } = input;
    const changes = { ...(size === undefined ? {} : { size }), ...(epochs === undefined ? {} : { epochs }) };
    // Nobody is there to answer a question: what there is to choose goes back to the model.
    return tryTraining(context, folderToTrain(context, input), {
      what: newLadder ? 'newLadder' : 'next',
      ...(fromRunId === undefined ? {} : { from: fromRunId }),
      changes,
    });
  },
});

const stopRun = tool({
  name: 'upsize_stop_run',
  input: z.object({ runId: z.string() }),
  confirm: (context, { runId }) => {
    const { folder, run } = runOf(context, runId);
    return stopConfirmation(run, inFolder(context.folders, folder));
  },
  answer: async (context, { runId }) => {
    const { folder } = runOf(context, runId);
    await folder.refresh();
    const { run } = runOf(context, runId);
    if (!isLive(run.state)) return { runId, asked: false, state: run.state };
    requestStop(run.folder, 'extension');
    return { runId, asked: true, state: run.state };
  },
});

/** Tools for language models; each answers with the same fields as the command line's `--json`. */
export const languageModelTools: readonly Tool[] = [listRuns, compareRuns, explainClass, startRun, stopRun];
