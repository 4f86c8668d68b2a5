import * as vscode from 'vscode';
import { openNodeSetting, showWithRemedies } from '../commands/remedy.ts';
import type { UpsizeContext } from '../upsizeContext.ts';

/** Offers the native engine once to who trains without, and says where the Node of the setting is none. */
export function registerEngineMessages(context: UpsizeContext): vscode.Disposable[] {
  const offered = new Set<string>();
  const since = Date.now();
  const offer = () => {
    for (const folder of context.folders.all) {
      // A short run may be over before it was seen at work.
      const slow = folder.runs.find(
        (run) => (run.state === 'running' || run.overview.created >= since) && run.overview.engine === 'wasm',
      );
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
  return [context.folders.onDidChange(offer)];
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
