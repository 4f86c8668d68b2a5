import { strict as assert } from 'node:assert';
import { escapeHtml, html } from '../../../trainer/runCard/html.ts';
import { lineChart, roundTicks } from '../../../trainer/runCard/lineChart.ts';
import { renderRunCard } from '../../../trainer/runCard/renderRunCard.ts';
import type { RunCardStage } from '../../../trainer/runCard/runCard.ts';
import type { Evaluation } from '../../../trainer/protocol/runFolder.ts';
import { runRows } from '../../../trainer/protocol/runRow.ts';
import { completedEvents, sha, WrittenWorkspace } from '../protocol/writtenRun.ts';

const nasty = `<img src=x onerror=alert(1)>"'&\u202e.jpg`;

describe('run card', () => {
  const workspace = new WrittenWorkspace();
  after(() => workspace.remove());

  function stages(): RunCardStage[] {
    workspace.write(workspace.manifest('a'), completedEvents(0.5));
    workspace.write(
      workspace.manifest('b', {
        parentId: 'a',
        ladderId: 'a',
        parentWeightsSha256: sha,
        parentWeights: 'model',
        stageIndex: 1,
      }),
      completedEvents(0.6, 1),
    );
    const evaluation: Evaluation = {
      version: 1,
      split: 'validation',
      weightsSha256: sha,
      classNames: ['apple', nasty],
      loss: 1,
      accuracy: 0.6,
      accuracyInterval: [0.5, 0.7],
      top3Accuracy: 1,
      macroF1: 0.5,
      perClass: [
        { precision: 1, recall: 0.5, f1: 0.7, support: 8 },
        { precision: 0, recall: 0, f1: 0, support: 0 },
      ],
      confusionMatrix: [
        [6, 2],
        [0, 0],
      ],
      images: { file: [], contentHash: [], trueClass: [], predictedClass: [], confidence: [], loss: [] },
    };
    const rows = runRows(workspace.runs());
    return workspace.runs().map((run, index): RunCardStage => {
      const row = rows[index];
      if (!row) throw new Error('there is a row for each run');
      const { summary } = run;
      return {
        row,
        config: run.manifest.config,
        engine: summary.engine,
        prepared: summary.prepared,
        model: summary.model,
        frozen: { tensors: 4, sha256Before: sha, sha256After: sha, unchanged: true, changedTensors: [] },
        attempts: summary.attempt,
        epochs: summary.epochs,
        bestEpoch: summary.bestEpoch,
        warnings: [nasty],
        evaluation,
        test: null,
        hardest: [{ file: nasty, trueClass: 'apple', predictedClass: nasty, confidence: 0.9, loss: 3, picture: null }],
      };
    });
  }

  it('shows every stage with curves, matrix, images, proof, seed and fingerprint, and loads nothing', () => {
    const page = renderRunCard({ name: nasty, written: 0, upsize: '0.1.0', stages: stages(), control: null });
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:/);
    assert.doesNotMatch(page, /<script|https?:|<link|@import|url\(|<img src=x/);
    assert.equal((page.match(/<svg class="chart"/g) ?? []).length, 2);
    assert.equal((page.match(/class="matrix"/g) ?? []).length, 2);
    assert.match(page, /▲ \+10\.0 pt/);
    assert.match(page, /60\.0 % \(95 % interval 50\.0 to 70\.0 %\), used for selection/);
    assert.match(page, /4 tensors, unchanged/);
    assert.ok(page.includes(`<code>${sha}</code>`));
    assert.match(page, /prefers-color-scheme: dark/);
    assert.match(page, /no longer there/);
    // Every name that someone chose stands in its own direction.
    assert.equal(page.includes(`<bdi>${escapeHtml(nasty)}</bdi>`), true);
  });

  it('escapes whatever stands in a template, and nothing twice', () => {
    assert.equal(
      html`<p title="${'a"b'}">${['<', html`<b>${'&'}</b>`]}</p>`.text,
      '<p title="a&quot;b">&lt;<b>&amp;</b></p>',
    );
    assert.equal(escapeHtml('a\u0000b\u0007'), 'a\ufffdb\ufffd');
  });

  it('draws what is finite, a single epoch as a dot, and nothing where there is nothing', () => {
    const chart = (points: [number, number][]) =>
      lineChart({
        title: 't',
        xLabel: 'x',
        bands: [{ from: 0, to: 3, label: '48' }],
        format: String,
        lines: [{ stage: 0, thick: true, points }],
      }).text;
    assert.equal(chart([]), '');
    assert.equal(chart([[1, Number.NaN]]), '');
    assert.match(chart([[1, 0.5]]), /<circle/);
    const line = chart([
      [1, 0.5],
      [2, Number.NaN],
      [3, 0.7],
    ]);
    assert.match(line, /<polyline/);
    assert.doesNotMatch(line, /NaN|Infinity/);
    assert.deepEqual(roundTicks(0.42, 0.61, 4), [0.4, 0.45, 0.5, 0.55, 0.6, 0.65]);
    assert.ok(roundTicks(1, 1, 4).length >= 2);
  });
});
