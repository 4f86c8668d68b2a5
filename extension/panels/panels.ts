import * as vscode from 'vscode';
import * as z from 'zod';
import { answered, chooseFolder, chooseRun, runChoice, runIdIn } from '../commands/ask.ts';
import { parseArguments, runArguments } from '../commands/commandArguments.ts';
import { Declined } from '../commands/declined.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { compareRunsKind } from './compareRuns/compareRunsKind.ts';
import { confusionMatrixKind } from './confusionMatrix/confusionMatrixKind.ts';
import { dashboardKind } from './dashboard/dashboardKind.ts';
import { datasetGalleryKind } from './datasetGallery/datasetGalleryKind.ts';
import { hardestImagesKind } from './hardestImages/hardestImagesKind.ts';
import { isEvaluated } from '../runs/runUse.ts';
import { WebviewPanels } from './webviewPanels.ts';

/** Exactly these images, as another panel asks the gallery for them. */
const gallerySchema = z.strictObject({
  folder: z.string().optional(),
  title: z.string().optional(),
  files: z.array(z.string()).optional(),
});
const compareSchema = z.strictObject({ ...runArguments, runIds: z.array(z.string()).optional() });

/** The panels of this window: their kinds, which know what is open, and the commands that open them. */
export type Panels = ReturnType<typeof panelsOf>;

/** To be made once a window. */
export function panelsOf(context: UpsizeContext) {
  const { folders, runsView } = context;
  const dashboards = new WebviewPanels(context, dashboardKind(context));
  const matrices = new WebviewPanels(context, confusionMatrixKind(context));
  const hardest = new WebviewPanels(context, hardestImagesKind(context));
  const comparisons = new WebviewPanels(context, compareRunsKind(context));
  const gallery = datasetGalleryKind(context);
  const galleries = new WebviewPanels(context, gallery.kind);
  const evaluatedRun = (argument: unknown, title: string) =>
    chooseRun(context, argument, {
      title,
      fits: isEvaluated,
      none: 'It can be shown when the run has evaluated its validation images, at the end of its training.',
    });
  const compare = async (runIds: readonly string[]) => {
    const unknown = runIds.filter((runId) => !folders.run(runId));
    if (unknown.length > 0) throw new Declined(`There is no run ${unknown.join(', ')} here.`);
    const found = runIds.flatMap((runId) => folders.run(runId) ?? []);
    const [first] = found;
    const inFolder = found.filter(({ folder }) => folder === first?.folder);
    if (!first || inFolder.length < 2) {
      throw new Declined('Choose two or more runs of one folder to compare them.');
    }
    const elsewhere = found.length - inFolder.length;
    if (elsewhere > 0) {
      const those = elsewhere === 1 ? '1 of the chosen runs lies' : `${elsewhere} of the chosen runs lie`;
      const { name } = first.folder.workspaceFolder;
      void vscode.window.showInformationMessage(`Runs of ${name} are compared; ${those} in another folder.`);
    }
    await comparisons.show(first.folder, { folder: first.folder.path, runIds: inFolder.map(({ run }) => run.id) });
  };
  const commands = {
    openDashboard: async (_context: UpsizeContext, argument: unknown) => {
      const { folder, run } = await chooseRun(context, argument, {
        title: 'Dashboard of which ladder?',
        fits: () => true,
        none: 'There are no runs yet. "Train Next Stage" starts the first.',
      });
      await dashboards.show(folder, { folder: folder.path, ladderId: run.manifest.ladderId });
    },
    openConfusionMatrix: async (_context: UpsizeContext, argument: unknown) => {
      const { folder, run } = await evaluatedRun(argument, 'Confusion matrix of which run?');
      await matrices.show(folder, { folder: folder.path, runId: run.id });
    },
    openHardestImages: async (_context: UpsizeContext, argument: unknown) => {
      const { folder, run } = await evaluatedRun(argument, 'Hardest images of which run?');
      await hardest.show(folder, { folder: folder.path, runId: run.id });
    },
    openDatasetGallery: async (_context: UpsizeContext, argument: unknown) => {
      const { files, title = 'Chosen images', ...said } = parseArguments([argument], gallerySchema, ['folder']);
      const folder = await chooseFolder(context, said.folder);
      gallery.choose(folder.path, files === undefined ? null : { title, files });
      await galleries.show(folder, { folder: folder.path });
    },
    compareRuns: async (_context: UpsizeContext, argument: unknown, all: unknown) => {
      const { runIds } = parseArguments([argument], compareSchema, ['runIds']);
      await compare(runIds ?? (await chooseRuns(context, all)));
    },
    compareCheckedRuns: () => compare(runsView.checked),
  };
  const kinds = {
    dashboard: dashboards,
    confusionMatrix: matrices,
    hardestImages: hardest,
    compareRuns: comparisons,
    datasetGallery: galleries,
  };
  return { commands, kinds };
}

/** The runs to compare: the tree items that the command came with where there are two or more, else those the user picks. */
async function chooseRuns({ folders, runsView }: UpsizeContext, items: unknown): Promise<string[]> {
  const selected = Array.isArray(items) ? items.flatMap((item: unknown) => runIdIn(item) ?? []) : [];
  if (selected.length > 1) return selected;
  const picked = new Set([...selected, ...runsView.checked]);
  const { all } = folders;
  const choices = all
    .flatMap((folder) => folder.runs.map((run) => ({ folder, run })))
    .sort((a, b) => b.run.overview.created - a.run.overview.created)
    .map(({ folder, run }) => ({ ...runChoice(folder, run, all.length > 1), picked: picked.has(run.id) }));
  if (choices.length < 2) throw new Declined('There are not two runs yet to compare.');
  const title = 'Compare which runs?';
  const answer = answered(
    await vscode.window.showQuickPick(choices, { title, canPickMany: true, matchOnDetail: true }),
  );
  return answer.map(({ value }) => value.run.id);
}
