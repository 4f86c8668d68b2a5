import * as vscode from 'vscode';
import { isLive } from '../../trainer/protocol/runState.ts';
import type { UpsizeFolder } from '../upsizeFolder.ts';
import type { FolderRun, UpsizeFolders } from '../upsizeFolders.ts';
import { plural } from '../numbers.ts';
import { RunsTree } from './runsTree.ts';
import { runItem, runTooltip, type RunsViewNode } from './runTreeItem.ts';
import { defaultRunList, type RunListOptions } from './runTreeModel.ts';

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
  readonly #tree = new RunsTree<UpsizeFolder>();
  #options: RunListOptions;
  #redraw: NodeJS.Timeout | undefined;
  #ready = false;
  /** The run that was last selected by `reveal`, until something else is selected. */
  #revealed: string | undefined;
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
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#showMessage()),
      this.#view.onDidChangeSelection(() => {
        // A redraw may leave nothing selected for a moment; only another item is another choice.
        if (this.#view.selection.length > 0 && this.selected?.run.id !== this.#revealed) this.#revealed = undefined;
        this.#selected.fire(this.selected);
      }),
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

  /** Whether the user chose what is selected, rather than `reveal`. */
  get isSelectedByUser(): boolean {
    return this.selected !== undefined && this.selected.run.id !== this.#revealed;
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
    const node = [...this.#tree.nodes].find((each) => each.node.kind === 'run' && each.node.run.id === runId);
    if (!node || !this.#view.visible) return;
    if (this.selected?.run.id !== runId) this.#revealed = runId;
    await this.#view.reveal(node, { select: true, focus: false });
  }

  getTreeItem(element: RunsViewNode): vscode.TreeItem {
    const context = this.#tree.contextOf(element.folder);
    // Its folder was closed meanwhile; the redraw takes the item away.
    return context ? runItem(element, context) : new vscode.TreeItem(element.id);
  }

  resolveTreeItem(item: vscode.TreeItem, { node, folder }: RunsViewNode): vscode.TreeItem {
    const context = this.#tree.contextOf(folder);
    if (node.kind === 'run' && context) item.tooltip = runTooltip(node.run, context, folder.workspaceFolder.name);
    return item;
  }

  getParent(element: RunsViewNode): RunsViewNode | undefined {
    return element.parent;
  }

  getChildren(element?: RunsViewNode): RunsViewNode[] {
    return element ? element.children : this.#tree.roots;
  }

  dispose(): void {
    clearTimeout(this.#redraw);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** What stands over the runs: why nothing trains here (of no runs the empty view says it), and by what they are filtered. */
  #showMessage(): void {
    const { filter } = this.#options;
    const hasRuns = this.#folders.all.some((folder) => folder.runs.length > 0);
    const lines = [
      ...(vscode.workspace.isTrusted || !hasRuns
        ? []
        : [
            'Restricted mode: runs can be looked at; training and predictions need your trust. The shield above gives it.',
          ]),
      ...(filter === '' ? [] : [`Filter: ${filter}`]),
    ];
    const message = lines.length === 0 ? undefined : lines.join(' · ');
    if (message !== this.#view.message) Object.assign(this.#view, { message });
  }

  /** The config that training goes by, of each folder where there are several. */
  #configShown(): string {
    const folders = this.#folders.all;
    const shown = folders.flatMap(({ config: { relativeFile }, workspaceFolder }) => {
      if (relativeFile === null) return [];
      return folders.length === 1 ? [relativeFile] : [`${workspaceFolder.name}: ${relativeFile}`];
    });
    return shown.join(', ');
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
    const changed = this.#tree.draw({
      folders: this.#folders.all,
      options: this.#options,
      checked: this.#checked,
      now: Date.now(),
    });
    if (changed === 'all') this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire(changed);
    this.#showMessage();
    this.#view.description = this.#configShown();
    const live = this.#folders.all.flatMap((folder) => folder.runs).filter((run) => isLive(run.state)).length;
    this.#view.badge = live > 0 ? { value: live, tooltip: plural(live, 'live run') } : undefined;
  }
}
