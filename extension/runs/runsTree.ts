import { laddersOf, ladderSizes } from '../../trainer/protocol/ladder.ts';
import type { UnreadableRun } from '../../trainer/protocol/runStore.ts';
import type { Run } from '../../trainer/protocol/runSummary.ts';
import type { AnnotationStore } from './annotationStore.ts';
import { rungSign } from './runLabel.ts';
import { runTree, type RunListOptions, type TreeNode } from './runTreeModel.ts';

/** What the tree needs of a workspace folder. */
export interface RunsTreeFolder {
  /** Absolute path. */
  readonly path: string;
  readonly workspaceFolder: { readonly name: string };
  readonly runs: readonly Run[];
  readonly unreadable: readonly UnreadableRun[];
  readonly runsById: ReadonlyMap<string, Run>;
  readonly annotations: AnnotationStore;
}

/** A node with the folder it belongs to; `id` is the same after each redraw, so that VS Code keeps what is open. */
export interface RunsTreeNode<F extends RunsTreeFolder> {
  id: string;
  node: TreeNode;
  folder: F;
  parent: RunsTreeNode<F> | undefined;
  children: RunsTreeNode<F>[];
  /** What its line was last drawn by. */
  stamp: string;
}

/** What the items of a folder are drawn by, beside their nodes. */
export interface RunTreeContext {
  byId: ReadonlyMap<string, Run>;
  annotations: AnnotationStore;
  /** Sizes of a ladder's stages, trained or planned. */
  sizesOf: (ladderId: string) => readonly number[];
  now: number;
  /** Ids of the runs that are chosen for a comparison. */
  checked: ReadonlySet<string>;
}

/** What a redraw is made by. */
export interface RunsTreeInput<F extends RunsTreeFolder> {
  folders: readonly F[];
  options: RunListOptions;
  checked: ReadonlySet<string>;
  now: number;
}

/**
 * The Runs view's nodes over all folders, from one redraw to the next: which came, went or changed. All that items have in common
 * is made once a redraw, so that a view of thousands of runs stays fast.
 */
export class RunsTree<F extends RunsTreeFolder> {
  #nodes = new Map<string, RunsTreeNode<F>>();
  #contexts = new Map<F, RunTreeContext>();
  #shape = '';
  roots: RunsTreeNode<F>[] = [];

  /** All nodes, in the order in which they stand. */
  get nodes(): Iterable<RunsTreeNode<F>> {
    return this.#nodes.values();
  }

  /** By what a folder's items are drawn since the last redraw; undefined for a folder that was not there then. */
  contextOf(folder: F): RunTreeContext | undefined {
    return this.#contexts.get(folder);
  }

  /** Redraws. Returns the nodes whose own line is another now, or `all` where nodes came, went or moved. */
  draw(input: RunsTreeInput<F>): 'all' | RunsTreeNode<F>[] {
    const { folders, checked } = input;
    this.#contexts = new Map(folders.map((folder) => [folder, contextOf(folder, input)]));
    this.roots = this.#build(input);
    const changed: RunsTreeNode<F>[] = [];
    const places: string[] = [];
    for (const element of this.#nodes.values()) {
      places.push(`${element.id}<${element.parent?.id ?? ''}`);
      const stamp = stampOf(element, checked);
      if (element.stamp !== stamp) changed.push(element);
      element.stamp = stamp;
    }
    const shape = places.join('\n');
    const isReshaped = shape !== this.#shape;
    this.#shape = shape;
    return isReshaped ? 'all' : changed;
  }

  #build({ folders, options }: RunsTreeInput<F>): RunsTreeNode<F>[] {
    const before = this.#nodes;
    this.#nodes = new Map();
    const adoptAll = (nodes: readonly TreeNode[], folder: F, parent: RunsTreeNode<F> | undefined) =>
      nodes.map((node) => adopt(node, folder, parent));
    const adopt = (node: TreeNode, folder: F, parent: RunsTreeNode<F> | undefined): RunsTreeNode<F> => {
      const id = `${folder.path}#${node.key}`;
      // The same object for the same thing: VS Code refreshes single elements by identity.
      const element = before.get(id) ?? { id, node, folder, parent, children: [], stamp: '' };
      this.#nodes.set(id, element);
      Object.assign(element, { node, folder, parent });
      element.children = 'children' in node ? adoptAll(node.children, folder, element) : [];
      return element;
    };
    const withRuns = folders.filter((folder) => folder.runs.length + folder.unreadable.length > 0);
    return withRuns.flatMap((folder) => {
      const { runs, unreadable } = folder;
      const children = runTree({ runs, unreadable, annotations: folder.annotations.all, options });
      const { name } = folder.workspaceFolder;
      return folders.length < 2
        ? adoptAll(children, folder, undefined)
        : adoptAll([{ kind: 'folder', key: 'folder', folder: name, children }], folder, undefined);
    });
  }
}

function contextOf<F extends RunsTreeFolder>(folder: F, { checked, now }: RunsTreeInput<F>): RunTreeContext {
  const sizes = new Map(laddersOf(folder.runs).map(({ id, runs }) => [id, ladderSizes(runs)]));
  return {
    byId: folder.runsById,
    annotations: folder.annotations,
    sizesOf: (ladderId) => sizes.get(ladderId) ?? [],
    now,
    checked,
  };
}

/** Everything that an item's own line depends on. */
function stampOf({ node, folder }: RunsTreeNode<RunsTreeFolder>, checked: ReadonlySet<string>): string {
  if (node.kind === 'ladder') {
    return `${node.best} ${node.name} ${node.ladder.runs.length}`;
  }
  if (node.kind !== 'run') return '';
  const { id, overview, state, ownership } = node.run;
  const { name, starred } = folder.annotations.of(id);
  return `${overview.lastSeq} ${state} ${ownership?.kind ?? ''} ${starred} ${name ?? ''} ${checked.has(id)}`;
}

/** The label of a run: `▁▅▁ 96 ★ name`. */
export function runLabel(run: Run, { annotations, sizesOf }: RunTreeContext): string {
  const { name, starred } = annotations.of(run.id);
  const sign = rungSign(run.overview.size, sizesOf(run.overview.ladderId));
  return [sign, ...(starred ? ['★'] : []), ...(name === undefined ? [] : [name])].join(' ');
}
