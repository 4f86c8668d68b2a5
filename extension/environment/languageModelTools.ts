import * as vscode from 'vscode';
import * as z from 'zod';
import { laddersOf } from '../../trainer/protocol/ladder.ts';
import { runRows } from '../../trainer/protocol/runRow.ts';
import { requireTrust } from '../settings.ts';
import { startTraining } from '../commands/startTraining.ts';
import { recordedRun } from '../panels/panelServices.ts';
import { requestStop } from '../runs/stopRun.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { FolderRun } from '../upsizeFolders.ts';

const mostRows = 200;

interface Tool<T> {
  name: string;
  input: z.ZodType<T>;
  /** For tools that change something: what the user confirms. */
  confirm?: (context: UpsizeContext, input: T) => { title: string; message: string };
  answer: (context: UpsizeContext, input: T) => unknown;
}

function tool<T>(definition: Tool<T>): Tool<T> {
  return definition;
}

/** Tools for language models; each answers with the same fields as the command line's `--json`. */
export function registerLanguageModelTools(context: UpsizeContext): vscode.Disposable[] {
  return [
    register(context, listRuns),
    register(context, compareRuns),
    register(context, explainClass),
    register(context, startRun),
    register(context, stopRun),
  ];
}

function register<T>(context: UpsizeContext, { name, input, confirm, answer }: Tool<T>): vscode.Disposable {
  const parse = (value: unknown): T => {
    const parsed = input.safeParse(value);
    if (!parsed.success) throw new Error(`${name}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  };
  return vscode.lm.registerTool<unknown>(name, {
    prepareInvocation(options) {
      return confirm ? { confirmationMessages: confirm(context, parse(options.input)) } : {};
    },
    async invoke(options) {
      await context.folders.ready;
      const value = await answer(context, parse(options.input));
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(value, null, 2))]);
    },
  });
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
      const { run } = runOf(context, id);
      return { ...rows.find((row) => row.id === id), config: run.manifest.config, evaluated: run.summary.evaluated };
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

const startRun = tool({
  name: 'upsize_start_run',
  input: z.object({
    fromRunId: z.string().optional(),
    newLadder: z.boolean().default(false),
    size: z.number().int().optional(),
    epochs: z.number().int().optional(),
  }),
  confirm: (_context, { fromRunId, newLadder, size }) => ({
    title: 'Start training with Upsize',
    message: `Train ${size === undefined ? (newLadder ? 'the first stage of a new ladder' : 'the next stage') : `at ${size} px`}${fromRunId === undefined ? '' : ` from run ${fromRunId}`}?`,
  }),
  answer: async (context, { fromRunId, newLadder, size, epochs }) => {
    requireTrust();
    const [newest] = context.folders.all.flatMap((folder) =>
      laddersOf(folder.runs).map((ladder) => ({ folder, ladder })),
    );
    const folder =
      (fromRunId === undefined ? newest?.folder : runOf(context, fromRunId).folder) ?? context.folders.all[0];
    if (!folder) throw new Error('No folder is open.');
    const changes = { ...(size === undefined ? {} : { size }), ...(epochs === undefined ? {} : { epochs }) };
    return startTraining(context, folder, {
      what: newLadder ? 'newLadder' : 'next',
      ...(fromRunId === undefined ? {} : { from: fromRunId }),
      changes,
    });
  },
});

const stopRun = tool({
  name: 'upsize_stop_run',
  input: z.object({ runId: z.string() }),
  confirm: (_context, { runId }) => ({ title: 'Stop an Upsize run', message: `Stop run ${runId}? It can be resumed.` }),
  answer: (context, { runId }) => {
    requestStop(runOf(context, runId).run.folder);
    return { runId, asked: true };
  },
});
