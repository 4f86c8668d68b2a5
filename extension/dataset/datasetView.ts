import * as vscode from 'vscode';
import type { DatasetProblem } from '../../trainer/protocol/datasetProblem.ts';
import type { ScannedClass, ScanSummary } from '../../trainer/protocol/scan.ts';
import { count, plural } from '../numbers.ts';
import type { UpsizeContext } from '../upsizeContext.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import type { UpsizeFolders } from '../upsizeFolders.ts';
import type { DatasetScans } from './datasetScans.ts';

const barWidth = 8;

type DatasetNode =
  | { kind: 'folder'; folder: UpsizeFolder }
  | { kind: 'class'; folder: UpsizeFolder; scan: ScanSummary; scanned: ScannedClass; most: number }
  | { kind: 'general'; folder: UpsizeFolder; scan: ScanSummary }
  | { kind: 'problem'; folder: UpsizeFolder; scan: ScanSummary; problem: DatasetProblem };

/** The Dataset view: classes with their counts and problems, from the newest scan. */
class DatasetView implements vscode.Disposable, vscode.TreeDataProvider<DatasetNode> {
  readonly #folders: UpsizeFolders;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<DatasetNode>;
  readonly #subscriptions: vscode.Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(folders: UpsizeFolders, scans: DatasetScans) {
    this.#folders = folders;
    this.#view = vscode.window.createTreeView('upsize.dataset', { treeDataProvider: this });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      folders.onDidChangeScan(() => this.#changed.fire(undefined)),
      scans.onDidChange(() => {
        const running = folders.all.some((folder) => scans.isRunning(folder));
        Object.assign(this.#view, { message: running ? 'Scanning…' : undefined });
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async getChildren(element?: DatasetNode): Promise<DatasetNode[]> {
    if (!element) {
      await this.#folders.ready;
      const scanned = this.#folders.all.filter((folder) => folder.scan !== null);
      const [only] = scanned;
      if (only && this.#folders.all.length === 1) return this.#classes(only);
      return scanned.map((folder) => ({ kind: 'folder', folder }));
    }
    if (element.kind === 'folder') return this.#classes(element.folder);
    if (element.kind === 'problem') return [];
    const { folder, scan } = element;
    const className = element.kind === 'class' ? element.scanned.name : null;
    return problemsOf(scan, className).map((problem) => ({ kind: 'problem', folder, scan, problem }));
  }

  getTreeItem(element: DatasetNode): vscode.TreeItem {
    const { Expanded, Collapsed, None } = vscode.TreeItemCollapsibleState;
    switch (element.kind) {
      case 'folder': {
        const item = new vscode.TreeItem(element.folder.workspaceFolder.name, Expanded);
        item.iconPath = vscode.ThemeIcon.Folder;
        return item;
      }
      case 'general': {
        const problems = problemsOf(element.scan, null);
        const item = new vscode.TreeItem('whole data set', Collapsed);
        item.description = plural(problems.length, 'problem');
        item.iconPath = problemIcon(problems);
        return item;
      }
      case 'class': {
        const { scanned, scan, most } = element;
        const problems = problemsOf(scan, scanned.name);
        const item = new vscode.TreeItem(scanned.name, problems.length > 0 ? Collapsed : None);
        const bar = '▇'.repeat(Math.max(1, Math.round((scanned.images / Math.max(1, most)) * barWidth)));
        item.description = `${count(scanned.images)} ${bar}${problems.length > 0 ? ` ⚠ ${count(problems.length)}` : ''}`;
        item.iconPath = problems.length > 0 ? problemIcon(problems) : new vscode.ThemeIcon('symbol-class');
        item.tooltip = `${scanned.name}: ${count(scanned.train)} to train, ${count(scanned.validation)} to validate${scanned.test > 0 ? `, ${count(scanned.test)} to test` : ''}`;
        item.accessibilityInformation = {
          label: `${scanned.name}, ${plural(scanned.images, 'image')}, ${plural(problems.length, 'problem')}`,
        };
        item.contextValue = 'class';
        return item;
      }
      case 'problem': {
        const { problem, scan } = element;
        const item = new vscode.TreeItem(problem.file ?? problem.message, None);
        item.description = problem.file === null ? '' : problem.message.replace(`${problem.file}: `, '');
        item.tooltip = problem.message;
        item.iconPath = problemIcon([problem]);
        if (problem.file !== null) {
          const uri = vscode.Uri.joinPath(vscode.Uri.file(scan.root), problem.file);
          item.command = { command: 'vscode.open', title: 'Open', arguments: [uri] };
        }
        item.contextValue = problemContext(problem);
        return item;
      }
    }
  }

  #classes(folder: UpsizeFolder): DatasetNode[] {
    const { scan } = folder;
    if (!scan) return [];
    const most = Math.max(...scan.classes.map(({ images }) => images), 0);
    const classes = [...scan.classes].sort((a, b) => b.images - a.images);
    const nodes = classes.map((scanned): DatasetNode => ({ kind: 'class', folder, scan, scanned, most }));
    return problemsOf(scan, null).length > 0 ? [...nodes, { kind: 'general', folder, scan }] : nodes;
  }
}

/** The words that menus go by: `image` where the image can be excluded, `shown` where the gallery has it. */
function problemContext({ file, className, kind, leftOut }: DatasetProblem): string {
  // What has no class, lies elsewhere or is no image is not of the data set: there is nothing to exclude.
  const isImage = file !== null && className !== null && kind !== 'outsideDataset' && kind !== 'unsupportedFormat';
  return ['problem', ...(isImage ? ['image'] : []), ...(isImage && !leftOut ? ['shown'] : [])].join(' ');
}

/** Problems of one class, or with null those that belong to none. */
function problemsOf({ problems, classes }: ScanSummary, className: string | null): DatasetProblem[] {
  const known = new Set(classes.map(({ name }) => name));
  return problems.filter((problem) =>
    className === null ? problem.className === null || !known.has(problem.className) : problem.className === className,
  );
}

function problemIcon(problems: readonly DatasetProblem[]): vscode.ThemeIcon {
  if (problems.some(({ severity }) => severity === 'error'))
    return new vscode.ThemeIcon('error', new vscode.ThemeColor('charts.red'));
  if (problems.some(({ severity }) => severity === 'warning')) {
    return new vscode.ThemeIcon('warning', new vscode.ThemeColor('charts.yellow'));
  }
  return new vscode.ThemeIcon('info');
}

/** The Dataset view. */
export function registerDatasetView({ folders, scans }: UpsizeContext): vscode.Disposable[] {
  return [new DatasetView(folders, scans)];
}
