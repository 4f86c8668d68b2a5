import * as vscode from 'vscode';
import * as z from 'zod';
import { registerCommand } from '../commands/registerCommand.ts';
import { openNodeSetting, showWithRemedies } from '../commands/remedy.ts';
import { waiting } from '../commands/waiting.ts';
import { TrainerError } from '../trainer/trainerError.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

const installSchema = z.object({ installed: z.boolean(), folder: z.string() });
type Installed = z.infer<typeof installSchema>;

/** Installing the native engine, offering it once to who trains without, and saying where the Node of the setting is none. */
export function registerEngine(context: UpsizeContext): vscode.Disposable[] {
  const offered = new Set<string>();
  const offer = () => {
    for (const folder of context.folders.all) {
      const slow = folder.runs.find((run) => run.state === 'running' && run.summary.engine?.name === 'wasm');
      if (!slow || offered.has(folder.path)) continue;
      offered.add(folder.path);
      void offerInstall(context, slow.summary.engine?.fallback ?? null);
    }
  };
  const toldFaults = new Set<string>();
  context.trainer.onDidChooseNode(({ settingFault, source }) => {
    if (settingFault === null || toldFaults.has(settingFault)) return;
    toldFaults.add(settingFault);
    void showWithRemedies('warning', `${settingFault}. Upsize runs in ${source} meanwhile.`, [openNodeSetting]);
  });
  return [
    registerCommand(context.log, 'installNativeEngine', () => installNativeEngine(context)),
    context.folders.onDidChange(offer),
  ];
}

const neverKey = 'neverOfferNativeEngine';

async function offerInstall(context: UpsizeContext, why: string | null): Promise<void> {
  if (context.extension.globalState.get<boolean>(neverKey) === true || process.platform === 'win32') return;
  const install = 'Install Native Engine';
  const never = 'Don’t Show Again';
  const reason = why === null ? '' : ` (${why.replace(/\.$/, '')})`;
  const chosen = await vscode.window.showInformationMessage(
    `This run trains on WASM${reason}. The native engine is about 15 times faster.`,
    install,
    never,
  );
  if (chosen === install) await vscode.commands.executeCommand('upsize.installNativeEngine');
  if (chosen === never) await context.extension.globalState.update(neverKey, true);
}

async function installNativeEngine({ trainer, predictors, folders, extension }: UpsizeContext): Promise<Installed> {
  const workspace = folders.all[0]?.path ?? extension.extensionPath;
  const answer = await waiting('installing the native engine', (signal, onLine) =>
    trainer.ask(installSchema, { args: ['engine', 'install'], workspace, signal, timeoutMs: null, onLine }),
  ).catch((error: unknown) => {
    throw error instanceof TrainerError && error.failure === 'failed'
      ? new TrainerError('notInstalled', error.message, error)
      : error;
  });
  // Node and predictor were chosen without it.
  trainer.forgetNode();
  predictors.reset();
  const { installed, folder } = answer;
  void vscode.window.showInformationMessage(
    installed
      ? 'The native engine is installed; the next run uses it.'
      : `The native engine is installed already, in ${folder}.`,
  );
  return answer;
}
