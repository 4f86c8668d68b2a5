import * as vscode from 'vscode';
import { isLive } from '../trainer/protocol/events.ts';
import { valAccuracyOf } from '../trainer/protocol/runSummary.ts';
import { percent, timeLeft } from './numbers.ts';
import { stageProgress } from './runs/stageProgress.ts';
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
    const text = statusText(shown);
    const others = live.length > 1 ? ` +${live.length - 1}` : '';
    this.#item.text = `$(sync~spin) ${text}${others}`;
    this.#item.tooltip = `Upsize: ${shown.run.id} in ${shown.folder.workspaceFolder.name}`;
    this.#item.accessibilityInformation = { label: `Upsize: ${text}` };
    this.#item.show();
  }
}

function statusText({ run }: FolderRun): string {
  const { size } = run.manifest.config.stage;
  const progress = run.state === 'running' ? stageProgress(run) : null;
  const accuracy = valAccuracyOf(run.summary);
  const parts = [`${size} px`];
  parts.push(progress ? `epoch ${progress.epoch}/${progress.epochs}` : run.state);
  if (accuracy !== null) parts.push(percent(accuracy));
  if (progress?.secondsLeft != null) parts.push(timeLeft(progress.secondsLeft));
  return parts.join(' · ');
}
