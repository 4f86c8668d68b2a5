import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NewestScan } from '../../../extension/dataset/newestScan.ts';
import { replaceFileSync } from '../../../trainer/protocol/replaceFile.ts';
import type { ScanSummary } from '../../../trainer/protocol/scan.ts';
import { scanSummaryFile } from '../../../trainer/protocol/scanFile.ts';

/** Of the newest scan; null where there is none. */
const imagesOf = ({ summary }: NewestScan) => summary?.images ?? null;

describe('the newest scan of a folder', () => {
  let workspace: string;
  let dataset: string | null;
  let newest: NewestScan;
  beforeEach(() => {
    workspace = mkdtempSync(path.join(os.tmpdir(), 'upsize-newest-scan-'));
    dataset = path.join(workspace, 'photos');
    newest = new NewestScan(workspace, () => dataset);
  });
  afterEach(() => rmSync(workspace, { recursive: true, force: true }));

  /** Writes a summary as a scan does, of so many images. */
  function scan(source: string, images: number): void {
    const nothing = { classes: [], sizes: [], tooSmall: [], suggestedSizes: [], problems: [] };
    const summary: ScanSummary = { created: 1, root: source, source, images, ...nothing };
    const file = scanSummaryFile(workspace, source);
    mkdirSync(path.dirname(file), { recursive: true });
    replaceFileSync(file, JSON.stringify(summary));
    utimesSync(file, 1, 1);
  }

  it('is none until one is made, and is there with the next look', () => {
    assert.equal(imagesOf(newest), null);
    assert.equal(newest.refresh(), false);
    scan(String(dataset), 3);
    assert.equal(imagesOf(newest), null);
    assert.equal(newest.refresh(), true);
    assert.equal(imagesOf(newest), 3);
    assert.equal(newest.refresh(), false);
  });

  it('is read once, and again when another takes its place', () => {
    scan(String(dataset), 3);
    const first = newest.summary;
    newest.refresh();
    assert.equal(newest.summary, first);
    // Of the same length, with the same time.
    scan(String(dataset), 4);
    assert.equal(newest.refresh(), true);
    assert.equal(imagesOf(newest), 4);
  });

  it('is of the data set that the config names now', () => {
    scan(path.join(workspace, 'other'), 7);
    assert.equal(imagesOf(newest), null);
    dataset = path.join(workspace, 'other');
    assert.equal(newest.refresh(), true);
    assert.equal(imagesOf(newest), 7);
    dataset = null;
    assert.equal(newest.refresh(), true);
    assert.equal(imagesOf(newest), null);
  });

  it('is none where its file is gone or cannot be read', () => {
    const file = scanSummaryFile(workspace, String(dataset));
    scan(String(dataset), 3);
    assert.equal(imagesOf(newest), 3);
    writeFileSync(file, '{"version": 0}');
    assert.equal(newest.refresh(), true);
    assert.equal(imagesOf(newest), null);
    rmSync(file);
    assert.equal(newest.refresh(), true);
    assert.equal(imagesOf(newest), null);
  });
});
