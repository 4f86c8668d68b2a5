import * as vscode from 'vscode';
import { isLive } from '../../trainer/protocol/events.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import type { FolderRun, UpsizeFolders } from '../upsizeFolders.ts';
import { plural } from '../numbers.ts';
import { runItem, runTooltip, type RunsViewNode, type RunTreeContext } from './runTreeItem.ts';
import { defaultRunList, runTree, type RunListOptions, type TreeNode } from './runTreeModel.ts';

const redrawEveryMs = 250;
const optionsKey = 'runList';

/** The Runs view: the tree of all folders' runs, and which run is selected in it. */
export class RunsView implements vscode.Disposable, vscode.TreeDataProvider<RunsViewNode> {
  readonly #folders: UpsizeFolders;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<RunsViewNode[] | undefined>();
  readonly #selected = new vscode.EventEmitter<FolderRun | undefined>();
  readonly #view: vscode.TreeView<RunsViewNode>;
  readonly #subscriptions: vscode.Disposable[];
  #options: RunListOptions;
  #roots: RunsViewNode[] | undefined;
  #nodes = new Map<string, RunsViewNode>();
  #sizes = new Map<string, Set<number>>();
  #shape = '';
  #redraw: NodeJS.Timeout | undefined;
  #ready = false;
  #checked: ReadonlySet<string> = new Set();

  readonly onDidChangeTreeData = this.#changed.event;
  readonly onDidSelect = this.#selected.event;

  constructor(folders: UpsizeFolders, memory: vscode.Memento) {
    this.#folders = folders;
    this.#memory = memory;
    this.#options = { ...defaultRunList, ...memory.get<Partial<RunListOptions>>(optionsKey), filter: '' };
    this.#view = vscode.window.createTreeView('upsize.runs', {
      treeDataProvider: this,
      showCollapseAll: true,
      // A run is chosen by itself: not its ladder, and not what was trained from it.
      manageCheckboxStateManually: true,
    });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      this.#selected,
      folders.onDidChange(() => this.#scheduleRedraw()),
      this.#view.onDidChangeSelection(() => this.#selected.fire(this.selected)),
      this.#view.onDidChangeCheckboxState(({ items }) => {
        const checked = new Set(this.#checked);
        for (const [{ node }, state] of items) {
          if (node.kind !== 'run') continue;
          if (state === vscode.TreeItemCheckboxState.Checked) checked.add(node.run.id);
          else checked.delete(node.run.id);
        }
        this.setChecked(checked);
      }),
    ];
    void folders.ready.then(() => {
      this.#ready = true;
      this.#draw();
    });
  }

  get options(): RunListOptions {
    return this.#options;
  }

  /** Changes filter, sorting or grouping, and remembers the latter two. */
  setOptions(changes: Partial<RunListOptions>): void {
    this.#options = { ...this.#options, ...changes };
    const { sorting, grouping } = this.#options;
    void this.#memory.update(optionsKey, { sorting, grouping });
    const { filter } = this.#options;
    Object.assign(this.#view, { message: filter === '' ? undefined : `Filter: ${filter}` });
    void vscode.commands.executeCommand('setContext', 'upsize.runsFiltered', filter !== '');
    this.#draw();
  }

  /** The selected run, if it is still there. */
  get selected(): FolderRun | undefined {
    const node = this.#view.selection[0];
    if (node?.node.kind !== 'run') return undefined;
    const run = node.folder.runsById.get(node.node.run.id);
    return run && { folder: node.folder, run };
  }

  /** Ids of the runs whose boxes are checked, in the order in which they were. */
  get checked(): string[] {
    return [...this.#checked];
  }

  /** Checks the boxes of these runs and of no others. */
  setChecked(runIds: Iterable<string>): void {
    this.#checked = new Set(runIds);
    void vscode.commands.executeCommand('setContext', 'upsize.checkedRuns', this.#checked.size);
    this.#draw();
  }

  /** Selects a run and brings it into view, without taking the focus. */
  async reveal(runId: string): Promise<void> {
    this.#draw();
    const node = [...this.#nodes.values()].find((each) => each.node.kind === 'run' && each.node.run.id === runId);
    if (node && this.#view.visible) await this.#view.reveal(node, { select: true, focus: false });
  }

  getTreeItem(element: RunsViewNode): vscode.TreeItem {
    return runItem(element, this.#treeContext(element.folder));
  }

  resolveTreeItem(item: vscode.TreeItem, element: RunsViewNode): vscode.TreeItem {
    if (element.node.kind === 'run') {
      item.tooltip = runTooltip(
        element.node.run,
        this.#treeContext(element.folder),
        element.folder.workspaceFolder.name,
      );
    }
    return item;
  }

  getParent(element: RunsViewNode): RunsViewNode | undefined {
    return element.parent;
  }

  getChildren(element?: RunsViewNode): RunsViewNode[] {
    if (!element) return this.#rootNodes();
    return element.children;
  }

  dispose(): void {
    clearTimeout(this.#redraw);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #treeContext(folder: UpsizeFolder): RunTreeContext {
    const configured = folder.config.config?.stages.map((stage) => stage.size) ?? [];
    return {
      byId: folder.runsById,
      annotations: folder.annotations,
      sizesOf: (ladderId) => [...configured, ...(this.#sizes.get(ladderId) ?? [])],
      now: Date.now(),
      checked: this.#checked,
    };
  }

  #rootNodes(): RunsViewNode[] {
    return this.#ready ? (this.#roots ??= this.#build()) : [];
  }

  #build(): RunsViewNode[] {
    const folders = this.#folders.all;
    const before = this.#nodes;
    this.#nodes = new Map();
    this.#sizes = new Map();
    for (const { manifest } of folders.flatMap((folder) => folder.runs)) {
      const sizes = this.#sizes.get(manifest.ladderId) ?? new Set();
      this.#sizes.set(manifest.ladderId, sizes.add(manifest.config.stage.size));
    }
    const adoptAll = (nodes: readonly TreeNode[], folder: UpsizeFolder, parent: RunsViewNode | undefined) =>
      nodes.map((node) => adopt(node, folder, parent));
    const adopt = (node: TreeNode, folder: UpsizeFolder, parent: RunsViewNode | undefined): RunsViewNode => {
      const id = `${folder.workspaceFolder.uri.toString()}#${node.key}`;
      // The same object for the same thing: VS Code refreshes single elements by identity.
      const element = before.get(id) ?? { id, node, folder, parent, children: [], stamp: '' };
      this.#nodes.set(id, element);
      Object.assign(element, { node, folder, parent });
      element.children = 'children' in node ? adoptAll(node.children, folder, element) : [];
      return element;
    };
    const withRuns = folders.filter((folder) => folder.runs.length + folder.unreadable.length > 0);
    return withRuns.flatMap((folder) => {
      const nodes = this.#treeOf(folder);
      const { name } = folder.workspaceFolder;
      return folders.length < 2
        ? adoptAll(nodes, folder, undefined)
        : adoptAll([{ kind: 'folder', key: 'folder', folder: name, children: nodes }], folder, undefined);
    });
  }

  #treeOf(folder: UpsizeFolder): TreeNode[] {
    const { runs, unreadable } = folder;
    return runTree({ runs, unreadable, annotations: folder.annotations.all, options: this.#options });
  }

  /** Live runs change many times a second; the view follows a few times. */
  #scheduleRedraw(): void {
    this.#redraw ??= setTimeout(() => this.#draw(), redrawEveryMs);
  }

  /** A run that was deleted is no longer chosen. */
  #forgetGone(): void {
    const there = [...this.#checked].filter((id) => this.#folders.run(id) !== undefined);
    if (there.length < this.#checked.size) this.setChecked(there);
  }

  #draw(): void {
    clearTimeout(this.#redraw);
    this.#redraw = undefined;
    if (!this.#ready) return;
    this.#forgetGone();
    this.#roots = this.#build();
    const shape = [...this.#nodes.values()].map(({ id, parent }) => `${id}<${parent?.id ?? ''}`).join('\n');
    const changed = [...this.#nodes.values()].filter((element) => {
      const stamp = `${stampOf(element)} ${element.node.kind === 'run' && this.#checked.has(element.node.run.id)}`;
      const isNew = element.stamp !== stamp;
      element.stamp = stamp;
      return isNew;
    });
    if (shape !== this.#shape) this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire(changed);
    this.#shape = shape;
    const live = this.#folders.all.flatMap((folder) => folder.runs).filter((run) => isLive(run.state)).length;
    this.#view.badge = live > 0 ? { value: live, tooltip: plural(live, 'live run') } : undefined;
  }
}

/** Everything that an item's own line depends on. */
function stampOf({ node, folder }: RunsViewNode): string {
  if (node.kind === 'ladder') {
    return `${node.number} ${node.best} ${folder.annotations.of(node.ladder.id).name ?? ''} ${node.ladder.runs.length}`;
  }
  if (node.kind !== 'run') return '';
  const { summary, state, liveness } = node.run;
  const { name, starred } = folder.annotations.of(node.run.id);
  return `${summary.lastSeq} ${state} ${liveness} ${starred} ${name ?? ''}`;
}
