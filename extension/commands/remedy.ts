import * as vscode from 'vscode';
import type { TrainerFailure } from '../trainer/trainerError.ts';

/** A button beside a message: the command that does what the message advises, with its arguments. */
export interface Remedy {
  title: string;
  command: string;
  args?: readonly unknown[];
}

export const showLog: Remedy = { title: 'Show Log', command: 'upsize.showLog' };
export const manageTrust: Remedy = { title: 'Manage Workspace Trust', command: 'workbench.trust.manage' };
/** A setting of a machine stands with those of the machine that the extension runs on. */
const machineSettings = vscode.env.remoteName === undefined ? 'openSettings' : 'openRemoteSettings';
export const openNodeSetting: Remedy = {
  title: 'Open Setting',
  command: `workbench.action.${machineSettings}`,
  args: [{ query: 'upsize.nodePath' }],
};

/** What can be done at once about a failed call of the trainer, where there is such a thing. */
export const remedies: Partial<Record<TrainerFailure, Remedy>> = {
  notStarted: openNodeSetting,
  noNode: openNodeSetting,
  noNativeEngine: { title: 'Install Native Engine', command: 'upsize.installNativeEngine' },
  notInstalled: { title: 'Try Again', command: 'upsize.installNativeEngine' },
};

/** Shows a message of an error or a warning with buttons, and does what the user presses. */
export async function showWithRemedies(
  kind: 'error' | 'warning',
  message: string,
  choices: readonly Remedy[],
): Promise<void> {
  const show = kind === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
  const titles = choices.map(({ title }) => title);
  const pressed = await show(message, ...titles);
  const remedy = choices.find(({ title }) => title === pressed);
  if (remedy) await vscode.commands.executeCommand(remedy.command, ...(remedy.args ?? []));
}
