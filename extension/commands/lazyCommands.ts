import type * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';
import { registerLazily } from './registerCommand.ts';

/** The commands whose code is loaded when they are called, rather than with the extension: nothing else needs it. */
export function registerLazyCommands(context: UpsizeContext): vscode.Disposable[] {
  return [
    ...registerLazily(
      context,
      ['renameRun', 'starRun', 'tagRun', 'noteRun', 'copyRunId', 'copyRunConfig', 'copyRunCommand', 'revealRunFolder'],
      () => import('./runCommands.ts'),
    ),
    ...registerLazily(context, ['deleteRun', 'restoreRun'], () => import('./deleteRun.ts')),
    ...registerLazily(
      context,
      ['filterRuns', 'clearRunFilter', 'sortRuns', 'groupRuns', 'refreshRuns', 'uncheckRuns'],
      () => import('./listCommands.ts'),
    ),
    ...registerLazily(
      context,
      ['createConfig', 'selectConfig', 'trainStage', 'showRun'],
      () => import('../config/configCommands.ts'),
    ),
    ...registerLazily(context, ['scanDataset', 'showDataProblems'], () => import('../dataset/datasetCommands.ts')),
    ...registerLazily(
      context,
      ['freezeLayers', 'extendModel', 'unfreezeAndFineTune'],
      () => import('./modelCommands.ts'),
    ),
    ...registerLazily(
      context,
      ['trainNextStage', 'startNewLadder', 'trainFromRun', 'trainControl', 'resumeRun'],
      () => import('./trainCommands.ts'),
    ),
    ...registerLazily(context, ['trainWithChanges'], () => import('./trainWithChanges.ts')),
    ...registerLazily(context, ['stopRun'], () => import('./stopRun.ts')),
    ...registerLazily(context, ['excludeImage', 'openInGallery'], () => import('../dataset/problemCommands.ts')),
    ...registerLazily(context, ['exportModel'], () => import('./exportModel.ts')),
    ...registerLazily(context, ['installNativeEngine'], () => import('../environment/installNativeEngine.ts')),
    ...registerLazily(context, ['createSampleWorkspace'], () => import('../environment/sampleWorkspace.ts')),
  ];
}
