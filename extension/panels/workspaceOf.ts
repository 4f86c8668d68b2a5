import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import type { PanelWorkspace } from './panelServices.ts';

/** A workspace folder as the panels know it. */
export function workspaceOf(context: UpsizeContext, folder: UpsizeFolder): PanelWorkspace {
  return {
    folder: folder.path,
    runs: () => folder.runs,
    nameOf: (runId) => folder.annotations.of(runId).name ?? null,
    onDidChangeRuns: (listener) => folder.onDidChange(listener),
    records: context.records,
    ask: (method, params, options) => context.predictors.ask(folder.path, method, params, options),
  };
}
