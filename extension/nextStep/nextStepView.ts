import * as vscode from 'vscode';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import { adviceFor, type Advice } from './advice.ts';

type NextStepNode =
  | { kind: 'folder'; folder: UpsizeFolder }
  | { kind: 'advice'; folder: UpsizeFolder; advice: Advice; isFirst: boolean }
  | { kind: 'reason'; reason: string };

const icons: Record<Advice['kind'], string> = {
  createConfig: 'new-file',
  mendConfig: 'error',
  scan: 'search',
  problems: 'warning',
  train: 'play',
  resume: 'debug-continue',
  wait: 'sync',
  more: 'add',
  fineTune: 'unlock',
};
const updateEveryMs = 1000;

/** The Next Step view: what to do next and why; a click does it. */
class NextStepView implements vscode.Disposable, vscode.TreeDataProvider<NextStepNode> {
  readonly #context: UpsizeContext;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  #shown = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(context: UpsizeContext) {
    this.#context = context;
    const later = () => {
      this.#timer ??= setTimeout(() => this.#update(), updateEveryMs);
    };
    this.#subscriptions = [
      vscode.window.createTreeView('upsize.nextStep', { treeDataProvider: this }),
      this.#changed,
      context.folders.onDidChange(later),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async getChildren(element?: NextStepNode): Promise<NextStepNode[]> {
    const { folders } = this.#context;
    if (!element) {
      await folders.ready;
      const configured = folders.all.filter((folder) => folder.config.file !== null);
      const [only] = configured;
      if (only && folders.all.length === 1) return this.#nodes(only);
      return configured.map((folder) => ({ kind: 'folder', folder }));
    }
    if (element.kind === 'folder') return this.#nodes(element.folder);
    if (element.kind === 'advice') return element.advice.reasons.map((reason) => ({ kind: 'reason', reason }));
    return [];
  }

  getTreeItem(element: NextStepNode): vscode.TreeItem {
    const { Expanded, Collapsed, None } = vscode.TreeItemCollapsibleState;
    switch (element.kind) {
      case 'folder': {
        const item = new vscode.TreeItem(element.folder.workspaceFolder.name, Expanded);
        item.iconPath = vscode.ThemeIcon.Folder;
        return item;
      }
      case 'reason': {
        const item = new vscode.TreeItem(element.reason, None);
        item.tooltip = element.reason;
        return item;
      }
      case 'advice': {
        const { advice, isFirst, folder } = element;
        const state = advice.reasons.length === 0 ? None : isFirst ? Expanded : Collapsed;
        const item = new vscode.TreeItem(advice.title, state);
        item.iconPath = new vscode.ThemeIcon(icons[advice.kind]);
        item.tooltip = [advice.title, ...advice.reasons].join('\n');
        const [said = {}] = advice.args;
        const args = typeof said === 'object' ? [{ folder: folder.path, ...said }] : advice.args;
        item.command = { command: advice.command, title: advice.title, arguments: args };
        return item;
      }
    }
  }

  #nodes(folder: UpsizeFolder): NextStepNode[] {
    return this.#adviceFor(folder).map((advice, index) => ({ kind: 'advice', folder, advice, isFirst: index === 0 }));
  }

  #adviceFor(folder: UpsizeFolder): Advice[] {
    const { config, runs, scan } = folder;
    const { relativeFile } = config;
    return adviceFor({
      sizes: config.config?.stages.map((stage) => stage.size) ?? null,
      configFile: relativeFile,
      runs: runs.filter((run) => run.overview.configFile === relativeFile),
      scan: scan && {
        ...scan,
        errors: scan.problems.filter(({ severity }) => severity === 'error').length,
        warnings: scan.problems.filter(({ severity }) => severity === 'warning').length,
      },
    });
  }

  /** Live runs change many times a second; the advice seldom does. */
  #update(): void {
    this.#timer = undefined;
    const now = JSON.stringify(this.#context.folders.all.map((folder) => [folder.path, this.#adviceFor(folder)]));
    if (now === this.#shown) return;
    this.#shown = now;
    this.#changed.fire(undefined);
  }
}

export function registerNextStep(context: UpsizeContext): vscode.Disposable[] {
  return [new NextStepView(context)];
}
