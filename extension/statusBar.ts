import * as vscode from 'vscode';
import { isLive } from '../trainer/protocol/runState.ts';
import { inFolder } from './folderName.ts';
import { statusText } from './runs/statusText.ts';
import type { FolderRun, UpsizeFolders } from './upsizeFolders.ts';

const updateEveryMs = 500;

/** One item while something trains: size, epoch, val_accuracy, time left. A click shows the Runs view. */
export class StatusBar implements vscode.Disposable {
  readonly #folders: UpsizeFolders;
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(folders: UpsizeFolders) {
    this.#folders = folders;
    this.#item = vscode.window.createStatusBarItem('upsize.status', vscode.StatusBarAlignment.Left, 10);
    this.#item.name = 'Upsize';
    this.#item.command = 'upsize.runs.focus';
    this.#subscription = folders.onDidChange(() => {
      this.#timer ??= setTimeout(() => this.#update(), updateEveryMs);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #update(): void {
    this.#timer = undefined;
    const live = this.#folders.all
      .flatMap((folder) => folder.runs.map((run): FolderRun => ({ folder, run })))
      .filter(({ run }) => isLive(run.state));
    const shown = live.find(({ run }) => run.state !== 'queued') ?? live[0];
    if (!shown) {
      this.#item.hide();
      return;
    }
    const text = statusText(shown.run, inFolder(this.#folders, shown.folder), live.length - 1);
    this.#item.text = `$(sync~spin) ${text}`;
    this.#item.tooltip = `Upsize: ${shown.run.id} in ${shown.folder.workspaceFolder.name}`;
    this.#item.accessibilityInformation = { label: `Upsize: ${text}` };
    this.#item.show();
  }
}
