import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { shortDuration, shortPoints } from '../../../extension/numbers.ts';
import { runDescription, rungSign, spokenDescription } from '../../../extension/runs/runLabel.ts';
import { defaultRunList, runTree, type RunListOptions, type TreeNode } from '../../../extension/runs/runTreeModel.ts';
import { annotationsSchema, type Annotations } from '../../../trainer/protocol/runFolder.ts';
import { runLike } from '../runLike.ts';
import { runsIn, writeRun } from './writtenRun.ts';

/** A tree in brackets: `ladder(192 96 48)`. */
function drawn(nodes: readonly TreeNode[]): string {
  return nodes
    .map((node) => {
      const inner = 'children' in node && node.children.length > 0 ? `(${drawn(node.children)})` : '';
      if (node.kind === 'run') return `${node.run.manifest.config.stage.size}${inner}`;
      return `${node.kind === 'group' ? node.title : node.kind}${inner}`;
    })
    .join(' ');
}

describe('the Runs view', () => {
  let workspace = '';
  const tree = (options: Partial<RunListOptions> = {}, annotations: [string, Partial<Annotations>][] = []) => {
    const said = annotations.map(([id, each]): [string, Annotations] => [id, annotationsSchema.parse(each)]);
    return runTree({
      runs: runsIn(workspace),
      unreadable: [],
      annotations: new Map(said),
      options: { ...defaultRunList, ...options },
    });
  };
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'upsize-runs-'));
    writeRun(workspace, { id: 'a-48', created: 1000, accuracies: [0.4, 0.531] });
    writeRun(workspace, { id: 'a-96', parentId: 'a-48', size: 96, created: 2000, accuracies: [0.593] });
    writeRun(workspace, {
      id: 'a-192',
      parentId: 'a-96',
      ladderId: 'a-48',
      size: 192,
      created: 3000,
      accuracies: [0.608],
    });
    writeRun(workspace, { id: 'b-48', created: 4000, accuracies: [0.2], state: 'failed', message: 'out of memory' });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('has the newest ladder and the largest stage on top', () => {
    assert.equal(drawn(tree()), 'ladder(48) ladder(192 96 48)');
  });

  it('opens a level where a ladder branches', () => {
    writeRun(workspace, { id: 'a-96b', parentId: 'a-48', size: 96, created: 5000 });
    assert.equal(drawn(tree()), 'ladder(48(96 192 96)) ladder(48)');
  });

  it('keeps children of a deleted parent in their ladder', () => {
    rmSync(path.join(workspace, '.upsize', 'runs', 'a-96'), { recursive: true });
    assert.equal(drawn(tree()), 'ladder(48) ladder(192 48)');
  });

  it('calls a control by the ladder that it is held against', () => {
    writeRun(workspace, { id: 'c-192', size: 192, created: 5000, controlOf: 'a-192' });
    const names = (...said: Parameters<typeof tree>) =>
      tree(...said).map((node) => (node.kind === 'ladder' ? node.name : node.kind));
    assert.deepEqual(names(), ['control of ladder 1', 'ladder 2', 'ladder 1']);
    assert.deepEqual(names({}, [['a-48', { name: 'Baseline' }]]), ['control of Baseline', 'ladder 2', 'Baseline']);
    rmSync(path.join(workspace, '.upsize', 'runs', 'a-192'), { recursive: true });
    assert.equal(names()[0], 'control of a-192');
  });

  it('filters by state, size, name, tag and star', () => {
    assert.equal(drawn(tree({ filter: 'failed' })), 'ladder(48)');
    assert.equal(drawn(tree({ filter: '96 completed' })), 'ladder(96)');
    assert.equal(drawn(tree({ filter: '★' }, [['a-192', { starred: true }]])), 'ladder(192)');
    assert.equal(drawn(tree({ filter: 'good' }, [['a-48', { name: 'Good one' }]])), 'ladder(48)');
    assert.equal(drawn(tree({ filter: 'nothing like it' })), '');
  });

  it('sorts and groups', () => {
    assert.equal(drawn(tree({ grouping: 'none', sorting: 'accuracy' })), '192 96 48 48');
    assert.equal(drawn(tree({ grouping: 'none', sorting: 'oldest' })), '48 96 192 48');
    assert.equal(drawn(tree({ grouping: 'state' })), 'failed(48) completed(192 96 48)');
  });

  it('says what a run came to, against its parent', () => {
    const runs = runsIn(workspace);
    const byId = new Map(runs.map((run) => [run.id, run]));
    const said = (id: string) => {
      const run = byId.get(id);
      return run && runDescription(run, byId);
    };
    assert.match(said('a-48') ?? '', /^53\.1 % · \d+ s$/);
    assert.match(said('a-96') ?? '', /^59\.3 % \+6\.2 · \d+ s$/);
    assert.match(said('b-48') ?? '', /^20\.0 % · failed$/);
    const run = byId.get('a-96');
    assert.ok(run);
    assert.match(spokenDescription(run, byId), /^59\.3 % ▲ \+6\.2 points · \d+ s$/);
  });

  it('says in few letters how far a run is, what counts most first: a narrow view cuts the end', () => {
    writeRun(workspace, {
      ...{ id: 'c-96', parentId: 'a-48', ladderId: 'a-48', size: 96, epochs: 12 },
      ...{ accuracies: [0.4, 0.581], state: 'running' },
    });
    const runs = runsIn(workspace);
    const byId = new Map(runs.map((run) => [run.id, run]));
    const written = byId.get('c-96');
    assert.ok(written);
    const running = runLike(written, { state: 'running' });
    assert.equal(runDescription(running, byId), '58.1 % · 3/12 · ~2 min · +5.0');
    assert.equal(spokenDescription(running, byId), '58.1 % · epoch 3 of 12 · ~2 min left · ▲ +5.0 points');
    assert.deepEqual([59, 61, 252, 3500, 7500].map(shortDuration), ['59 s', '1 min', '4 min', '58 min', '2.1 h']);
    assert.deepEqual([0.062, -0.004, 0].map(shortPoints), ['+6.2', '−0.4', '±0.0']);
  });

  it('marks the run’s own rung of the ladder', () => {
    const signs = (...sizes: number[]) => sizes.map((size) => rungSign(size, sizes));
    assert.deepEqual(signs(48, 96, 192), ['▃▁▁ 48', '▁▅▁ 96', '▁▁▇ 192']);
    assert.deepEqual(signs(48), ['▃▁▁ 48']);
    assert.deepEqual(signs(24, 48, 96, 192, 384).at(-1), '▁▁▁█ 384');
  });
});
