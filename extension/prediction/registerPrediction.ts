import * as vscode from 'vscode';
import { registerCommand, registerLazily } from '../commands/registerCommand.ts';
import { predictionHoverEnabled } from '../settings.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import { ImagePredictions } from './imagePredictions.ts';
import { PredictionHover } from './predictionHover.ts';
import { PredictionPages, predictionScheme } from './predictionPages.ts';

/** The prediction hover and the commands that predict, whose code is loaded when the first of them is called. */
export function registerPrediction(context: UpsizeContext): vscode.Disposable[] {
  const predictions = new ImagePredictions(context.predictors);
  const pages = new PredictionPages();
  return [
    pages,
    // Files, untitled texts, notebook cells and whatever else is text.
    vscode.languages.registerHoverProvider({ scheme: '*' }, new PredictionHover(context, predictions)),
    vscode.workspace.registerTextDocumentContentProvider(predictionScheme, pages),
    ...registerLazily(context, ['predictImage', 'predictFolder'], async () => {
      const { predictImage, predictFolder } = await import('./predictCommands.ts');
      return {
        predictImage: (_context, argument) => predictImage(context, { predictions, pages }, argument),
        predictFolder,
      };
    }),
    registerCommand(context.log, 'togglePredictionHover', toggleHover),
  ];
}

/** Turns the hover on or off where the setting stands that holds: in the workspace, else for the user. */
async function toggleHover(): Promise<boolean> {
  const enabled = !predictionHoverEnabled();
  const configuration = vscode.workspace.getConfiguration('upsize');
  const isInWorkspace = configuration.inspect('predictionHover.enabled')?.workspaceValue !== undefined;
  const target = isInWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration.update('predictionHover.enabled', enabled, target);
  vscode.window.setStatusBarMessage(`Prediction hover ${enabled ? 'on' : 'off'}`, 2500);
  return enabled;
}
