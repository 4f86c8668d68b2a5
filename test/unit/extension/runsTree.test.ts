import { strict as assert } from 'node:assert';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AnnotationStore } from '../../../extension/runs/annotationStore.ts';
import { runDescription } from '../../../extension/runs/runLabel.ts';
import { runLabel, RunsTree, type RunsTreeFolder } from '../../../extension/runs/runsTree.ts';
import { defaultRunList } from '../../../extension/runs/runTreeModel.ts';
import type { Run } from '../../../trainer/protocol/runSummary.ts';
import { runLike } from '../runLike.ts';
import { runsIn, writeRun } from './writtenRun.ts';

/** How many of the file system's synchronous calls `work` makes. */
function fileSystemCalls(work: () => void): number {
  const names = ['readdirSync', 'statSync', 'existsSync', 'readFileSync', 'openSync', 'lstatSync'] as const;
  const originals = names.map((name) => [name, fs[name]] as const);
  let calls = 0;
  for (const [name, original] of originals) {
    Object.assign(fs, {
      [name]: (...args: unknown[]): unknown => {
        calls++;
        return Reflect.apply(original, fs, args);
      },
    });
  }
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    for (const [name, original] of originals) Object.assign(fs, { [name]: original });
    syncBuiltinESMExports();
  }
  return calls;
}

describe('the tree of the Runs view', () => {
  let workspace = '';
  let folder: RunsTreeFolder & { runs: readonly Run[]; runsById: ReadonlyMap<string, Run> };
  const look = () => {
    const runs = runsIn(workspace);
    folder = { ...folder, runs, runsById: new Map(runs.map((run) => [run.id, run])) };
    return folder;
  };
  const draw = (tree: RunsTree<RunsTreeFolder>, folders = [folder], checked: string[] = []) =>
    tree.draw({ folders, options: defaultRunList, checked: new Set(checked), now: 0 });

  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-tree-'));
    const annotations = new AnnotationStore(workspace);
    const name = path.basename(workspace);
    folder = {
      path: workspace,
      workspaceFolder: { name },
      runs: [],
      runsById: new Map(),
      unreadable: [],
      annotations,
    };
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('draws 2,000 runs, and each change of one, without a call to the file system', () => {
    writeRun(workspace, { id: 'a-48', created: 1 });
    const [pattern] = runsIn(workspace);
    assert.ok(pattern);
    const runs = Array.from({ length: 2000 }, (_, index): Run => {
      const id = `run-${index}`;
      const ladderId = `run-${index - (index % 4)}`;
      const parentId = index % 4 === 0 ? null : `run-${index - 1}`;
      return runLike(pattern, { id, overview: { ...pattern.overview, ladderId, parentId, created: index } });
    });
    folder = { ...folder, runs, runsById: new Map(runs.map((run) => [run.id, run])) };
    const tree = new RunsTree<RunsTreeFolder>();
    let lines = 0;
    const calls = fileSystemCalls(() => {
      assert.equal(draw(tree), 'all');
      for (const { node, folder: of } of tree.nodes) {
        const context = tree.contextOf(of);
        if (node.kind !== 'run' || !context) continue;
        assert.match(`${runLabel(node.run, context)} ${runDescription(node.run, context.byId)}`, /^▃▁▁ 48 50\.0 %/);
        lines++;
      }
      const [first] = runs;
      if (first) runs[0] = runLike(first, { overview: { ...first.overview, lastSeq: 99 } });
      const changed = draw(tree);
      assert.deepEqual(changed === 'all' ? [] : changed.map(({ node }) => node.key), ['run-0']);
    });
    assert.equal(lines, 2000);
    assert.equal(calls, 0);
  });

  it('keeps a node over redraws, and tells only of those whose line is another', () => {
    writeRun(workspace, { id: 'a-48', created: 1 });
    writeRun(workspace, { id: 'b-48', created: 2 });
    const tree = new RunsTree<RunsTreeFolder>();
    assert.equal(draw(tree, [look()]), 'all');
    const before = new Map([...tree.nodes].map((each) => [each.id, each]));
    assert.deepEqual(draw(tree), []);
    folder.annotations.change('b-48', { name: 'Better' });
    const named = draw(tree);
    assert.ok(named !== 'all');
    // Its own line, and that of the ladder that bears its name.
    assert.deepEqual(named.map(({ node }) => node.key).sort(), ['b-48', 'ladder:b-48']);
    assert.ok([...tree.nodes].every((each) => before.get(each.id) === each));
    assert.equal(draw(tree, [folder], ['a-48']).length, 1);
    writeRun(workspace, { id: 'c-48', created: 3 });
    assert.equal(draw(tree, [look()]), 'all');
  });

  it('names the folders where there are two', () => {
    writeRun(workspace, { id: 'a-48', created: 1 });
    const tree = new RunsTree<RunsTreeFolder>();
    draw(tree, [look()]);
    assert.deepEqual(
      tree.roots.map(({ node }) => node.kind),
      ['ladder'],
    );
    draw(tree, [folder, { ...folder, path: '/other' }]);
    assert.deepEqual(
      tree.roots.map(({ node }) => node.kind),
      ['folder', 'folder'],
    );
  });
});
