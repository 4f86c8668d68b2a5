import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDecisions, writeDecisions } from '../../../extension/panels/datasetGallery/labelsFile.ts';
import { safeFileName } from '../../../extension/panels/saving.ts';
import { readLabelsFile } from '../../../trainer/dataset/labelsFile.ts';
import { filteredImages, imageTable, noFilter, type ImageTable } from '../../../webviews/datasetGallery/imageTable.ts';
import { keyTarget, nothingSelected, select } from '../../../webviews/datasetGallery/selection.ts';
import { imageColumns, type Decision, type ImageColumn } from '../../../webviews/protocol/datasetGallery.ts';

/** A table as it travels: images of two classes with the columns given, zero elsewhere. */
function table(files: string[], given: Partial<Record<ImageColumn, number[]>>): ImageTable {
  const all = new Int32Array(imageColumns.length * files.length);
  imageColumns.forEach((name, at) => all.set(given[name] ?? [], at * files.length));
  return imageTable({
    files: files.join('\0'),
    images: files.length,
    classes: ['apple', 'kiwi'],
    columns: Buffer.from(all.buffer).toString('base64'),
  });
}

describe('gallery', () => {
  const images = table(['apple/a.jpg', 'apple/b.jpg', 'kiwi/c.jpg', 'kiwi/d.jpg'], {
    label: [0, 0, 1, 1],
    split: [0, 1, 1, 1],
    width: [50, 200, 90, 90],
    height: [60, 200, 90, 300],
    problems: [1, 0, 4, 0],
    predicted: [-1, 1, 1, 0],
    confidence: [0, 900, 700, 950],
  });
  const decisions = new Map<string, Decision>([
    ['kiwi/c.jpg', { file: 'kiwi/c.jpg', label: 'apple', excluded: false }],
  ]);
  const shown = (filter: Partial<typeof noFilter>, only: Set<string> | null = null) =>
    filteredImages(images, { ...noFilter, ...filter }, decisions, only, 100).map((index) => images.files[index]);

  it('filters by class as people decided it, split, problem, verdict, prediction, name, and a choice', () => {
    assert.deepEqual(shown({ className: 'apple' }), ['apple/a.jpg', 'apple/b.jpg', 'kiwi/c.jpg']);
    assert.deepEqual(shown({ split: 'train' }), ['apple/a.jpg']);
    assert.deepEqual(shown({ problem: 'placeholder' }), ['kiwi/c.jpg']);
    assert.deepEqual(shown({ problem: 'tooSmall' }), ['apple/a.jpg', 'kiwi/c.jpg', 'kiwi/d.jpg']);
    assert.deepEqual(shown({ problem: 'relabelled' }), ['kiwi/c.jpg']);
    assert.deepEqual(shown({ verdict: 'right' }), ['kiwi/c.jpg']);
    assert.deepEqual(shown({ predicted: 'apple' }), ['kiwi/d.jpg']);
    assert.deepEqual(shown({ search: ' B.JPG ' }), ['apple/b.jpg']);
    assert.deepEqual(shown({}, new Set(['kiwi/d.jpg', 'other'])), ['kiwi/d.jpg']);
  });

  it('puts confident disagreement first, then the rest', () => {
    assert.deepEqual(shown({ sort: 'suspicious' }).slice(0, 2), ['kiwi/d.jpg', 'apple/b.jpg']);
    assert.deepEqual(shown({ sort: 'smallest' })[0], 'apple/a.jpg');
    assert.deepEqual(shown({ sort: 'confidence' })[0], 'kiwi/d.jpg');
  });

  it('carries a data set of no images', () => {
    const none = table([], {});
    assert.deepEqual(filteredImages(none, noFilter, decisions, null, 96), []);
  });

  it('selects as the Explorer does', () => {
    const click = (to: number, keys: { range?: boolean; toggle?: boolean } = {}) => ({
      kind: 'click' as const,
      to,
      range: false,
      toggle: false,
      ...keys,
    });
    let selection = select(nothingSelected, click(2));
    selection = select(selection, click(5, { range: true }));
    assert.deepEqual([...selection.chosen], [2, 3, 4, 5]);
    selection = select(selection, click(3, { toggle: true }));
    assert.deepEqual([...selection.chosen], [2, 4, 5]);
    selection = select(selection, { ...click(0), kind: 'move' });
    assert.deepEqual([...selection.chosen], [0]);
    assert.equal(keyTarget('ArrowDown', 1, 20, 6, 3), 7);
    assert.equal(keyTarget('PageUp', 7, 20, 6, 3), 0);
    assert.equal(keyTarget('End', 7, 20, 6, 3), 19);
    assert.equal(keyTarget('x', 7, 20, 6, 3), null);
  });

  describe('decisions', () => {
    let folder: string;
    before(() => (folder = mkdtempSync(path.join(tmpdir(), 'upsize-labels-'))));
    after(() => rmSync(folder, { recursive: true }));

    it('are written so that the trainer reads the same, whatever the names', async () => {
      const file = path.join(folder, 'upsize.labels.csv');
      const hostile: Decision[] = [
        { file: 'kiwi/a,"b".jpg', label: 'line\nbreak', excluded: false },
        { file: 'kiwi/<img onerror>.jpg', label: null, excluded: true },
        { file: 'kiwi/שלום.jpg', label: 'apple', excluded: true },
        { file: ' lead.jpg', label: ' spaced ', excluded: false },
      ];
      await writeDecisions(file, hostile);
      const read = await readLabelsFile(file);
      assert.equal(read.get('kiwi/a,"b".jpg')?.label, 'line\nbreak');
      assert.equal(read.get('kiwi/<img onerror>.jpg')?.excluded, true);
      assert.deepEqual(read.get('kiwi/שלום.jpg'), { label: 'apple', excluded: true });
    });

    it('change only what they name, are sorted, and go away when undone', async () => {
      const file = path.join(folder, 'own.csv');
      writeFileSync(file, 'path,label,excluded\nz.jpg,pear,\n');
      await writeDecisions(file, [{ file: 'a.jpg', label: null, excluded: true }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\na.jpg,,true\nz.jpg,pear,\n');
      await writeDecisions(file, [{ file: 'a.jpg', label: null, excluded: false }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\nz.jpg,pear,\n');
      await writeDecisions(file, [{ file: 'z.jpg', label: null, excluded: false }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\n');
    });

    it('keep the columns that people added, and their rows', async () => {
      const file = path.join(folder, 'columns.csv');
      writeFileSync(
        file,
        '\ufeffnote,Path,label,excluded,by\r\n"blurred, ask",b.jpg,pear,,Ann\r\n,c.jpg,fig,,Bo,more\r\n',
      );
      await writeDecisions(file, [
        { file: 'b.jpg', label: null, excluded: false },
        { file: 'c.jpg', label: 'kiwi', excluded: true },
        { file: 'a.jpg', label: null, excluded: true },
      ]);
      assert.equal(
        readFileSync(file, 'utf8'),
        'note,Path,label,excluded,by\n,a.jpg,,true,\n"blurred, ask",b.jpg,,,Ann\n,c.jpg,kiwi,true,Bo,more\n',
      );
      assert.equal((await readLabelsFile(file)).get('c.jpg')?.label, 'kiwi');
    });

    it("get the columns that a file of people's own lacks", async () => {
      const file = path.join(folder, 'lacks.csv');
      writeFileSync(file, 'path,seen\na.jpg,yes\n');
      await writeDecisions(file, [{ file: 'a.jpg', label: 'fig', excluded: false }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,seen,label,excluded\na.jpg,yes,fig,\n');
    });

    it('all hold when they are made at once', async () => {
      const file = path.join(folder, 'quick.csv');
      await Promise.all(
        ['a.jpg', 'b.jpg', 'c.jpg'].map((image) =>
          writeDecisions(file, [{ file: image, label: null, excluded: true }]),
        ),
      );
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\na.jpg,,true\nb.jpg,,true\nc.jpg,,true\n');
    });

    it('never write over a file that is something else', async () => {
      const file = path.join(folder, 'notes.csv');
      writeFileSync(file, 'remember,this\n1,2\n');
      await assert.rejects(writeDecisions(file, [{ file: 'a.jpg', label: null, excluded: true }]), /no column "path"/);
      assert.equal(readFileSync(file, 'utf8'), 'remember,this\n1,2\n');
      assert.equal((await readDecisions(path.join(folder, 'missing.csv'))).size, 0);
    });
  });

  it('proposes file names that lead nowhere else', () => {
    assert.equal(safeFileName('../../etc/passwd'), 'passwd');
    assert.equal(safeFileName('C:\\x\\..a<b>.png'), 'ab.png');
    assert.equal(safeFileName('///'), 'upsize');
  });
});
