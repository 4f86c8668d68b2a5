import type * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';
import { registerLazily } from './registerCommand.ts';

/** Commands that nothing else needs the code of, so that it is not loaded with the extension. */
export function registerLazyCommands(context: UpsizeContext): vscode.Disposable[] {
  return [
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
    ...registerLazily(context, ['createSampleWorkspace'], () => import('../environment/sampleWorkspace.ts')),
  ];
}
