import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImageDecisions } from '../../../extension/panels/datasetGallery/imageDecisions.ts';
import { changeDecisions, readDecisions } from '../../../extension/panels/datasetGallery/labelsFile.ts';
import { packNumbers } from '../../../extension/panels/datasetGallery/packNumbers.ts';
import { safeFileName } from '../../../extension/panels/saving.ts';
import { readLabelsFile } from '../../../trainer/dataset/labelsFile.ts';
import {
  classCounts,
  decidedTable,
  filteredImages,
  imageTable,
  noFilter,
  smallerThan,
  verdictOf,
  type ImageTable,
} from '../../../webviews/datasetGallery/imageTable.ts';
import {
  followed,
  keyTarget,
  nothingSelected,
  packed,
  select,
  unpacked,
} from '../../../webviews/datasetGallery/selection.ts';
import { imageColumns, type Decision, type ImageColumn } from '../../../webviews/protocol/datasetGallery.ts';
import { unpackNumbers, type PackedNumbers } from '../../../webviews/protocol/packedNumbers.ts';

/** A table as it travels: images of two classes with the columns given, zero elsewhere. */
function table(files: string[], given: Partial<Record<ImageColumn, number[]>>): ImageTable {
  const column = (name: ImageColumn) => packNumbers(files.map((_, at) => given[name]?.[at] ?? 0));
  const columns = Object.fromEntries(imageColumns.map((name) => [name, column(name)])) as Record<
    ImageColumn,
    PackedNumbers
  >;
  return imageTable({ files: files.join('\0'), images: files.length, classes: ['apple', 'kiwi'], columns });
}

describe('gallery', () => {
  it('carries columns in as few bytes as their values need, none changed', () => {
    const columns: [number, number[]][] = [
      [1, []],
      [1, [-128, 0, 127]],
      [2, [-129, 128, 32_767]],
      [4, [-32_769, 2_147_483_647, -2_147_483_648]],
    ];
    for (const [bytesEach, values] of columns) {
      const packed = packNumbers(values);
      assert.equal(packed.bytesEach, bytesEach);
      assert.equal(Buffer.from(packed.base64, 'base64').length, bytesEach * values.length);
      assert.deepEqual([...unpackNumbers(packed)], values);
    }
  });

  const images = table(['apple/a.jpg', 'apple/b.jpg', 'kiwi/c.jpg', 'kiwi/d.jpg'], {
    label: [0, 0, 1, 1],
    split: [0, 1, 1, 1],
    width: [50, 200, 90, 90],
    height: [60, 200, 90, 300],
    problems: [1, 0, 4, 0],
    predicted: [-1, 1, 1, 0],
    confidence: [0, 900, 700, 950],
  });
  const decided = decidedTable(images, [{ file: 'kiwi/c.jpg', label: 'apple', excluded: false }]);
  const shown = (filter: Partial<typeof noFilter>, only: Set<string> | null = null, of = decided) =>
    filteredImages(of, { ...noFilter, ...filter }, only).map((index) => images.files[index]);

  it('filters by class as people decided it, split, problem, verdict, prediction, name, and a choice', () => {
    assert.deepEqual(shown({ className: 'apple' }), ['apple/a.jpg', 'apple/b.jpg', 'kiwi/c.jpg']);
    assert.deepEqual(shown({ split: 'train' }), ['apple/a.jpg']);
    assert.deepEqual(shown({ problem: 'placeholder' }), ['kiwi/c.jpg']);
    assert.deepEqual(shown({ side: { from: 0, under: 90 } }), ['apple/a.jpg']);
    assert.deepEqual(shown({ side: { from: 90, under: 200 } }), ['kiwi/c.jpg', 'kiwi/d.jpg']);
    assert.deepEqual(shown({ side: { from: 200, under: null } }), ['apple/b.jpg']);
    assert.deepEqual(shown({ confidence: 'middle' }), ['kiwi/c.jpg']);
    assert.deepEqual(shown({ confidence: 'high' }), ['apple/b.jpg', 'kiwi/d.jpg']);
    assert.deepEqual(shown({ confidence: 'low' }), []);
    assert.deepEqual(shown({ problem: 'relabelled' }), ['kiwi/c.jpg']);
    assert.deepEqual(shown({ verdict: 'right' }, null, images), ['kiwi/c.jpg']);
    assert.deepEqual(shown({ verdict: 'right' }), []);
    assert.deepEqual(shown({ predicted: 'apple' }), ['kiwi/d.jpg']);
    assert.deepEqual(shown({ search: ' B.JPG ' }), ['apple/b.jpg']);
    assert.deepEqual(shown({}, new Set(['kiwi/d.jpg', 'other'])), ['kiwi/d.jpg']);
  });

  it('puts confident disagreement first, then the rest', () => {
    assert.deepEqual(shown({ sort: 'suspicious' }).slice(0, 2), ['kiwi/d.jpg', 'apple/b.jpg']);
    const mended = decidedTable(images, [
      { file: 'kiwi/d.jpg', label: 'apple', excluded: false },
      { file: 'apple/b.jpg', label: null, excluded: true },
    ]);
    assert.equal(verdictOf(mended, 3), 'right');
    assert.deepEqual(shown({ sort: 'suspicious' }, null, mended).at(-1), 'apple/b.jpg');
    assert.deepEqual(shown({ sort: 'suspicious' }, null, mended).slice(0, 1), ['apple/a.jpg']);
    assert.deepEqual(shown({ sort: 'smallest' })[0], 'apple/a.jpg');
    assert.deepEqual(shown({ sort: 'confidence' })[0], 'kiwi/d.jpg');
  });

  it('carries a data set of no images', () => {
    const none = table([], {});
    assert.deepEqual(filteredImages(none, noFilter, null), []);
  });

  it('counts only images that take part, by the labels that hold', () => {
    const table = decidedTable(images, [
      { file: 'apple/a.jpg', label: null, excluded: true },
      { file: 'kiwi/c.jpg', label: 'plum', excluded: false },
      { file: 'elsewhere.jpg', label: 'fig', excluded: false },
    ]);
    assert.equal(table.taking, 3);
    assert.deepEqual(classCounts(table), [
      { name: 'apple', images: 1 },
      { name: 'kiwi', images: 1 },
      { name: 'plum', images: 1 },
    ]);
    assert.deepEqual(smallerThan(images, [60, 100]), [1, 3]);
    assert.deepEqual(smallerThan(table, [60, 100]), [0, 2]);
  });

  it('keeps what is selected when other images come or go, and over a reload', () => {
    const selection = { chosen: new Set([1, 2, 3]), focus: 3, anchor: 1 };
    assert.deepEqual(followed(selection, [10, 11, 12, 13], [10, 11, 13]), {
      chosen: new Set([1, 2]),
      focus: 2,
      anchor: 1,
    });
    assert.deepEqual(followed(selection, [10, 11, 12, 13], [10]), { chosen: new Set(), focus: 0, anchor: 0 });
    const saved = packed({ chosen: new Set([7, 2, 3, 4]), focus: 4, anchor: 2 });
    assert.deepEqual(saved.ranges, [
      [2, 4],
      [7, 7],
    ]);
    assert.deepEqual(unpacked(saved, 8), { chosen: new Set([2, 3, 4, 7]), focus: 4, anchor: 2 });
    assert.deepEqual(unpacked(saved, 3), { chosen: new Set([2]), focus: 2, anchor: 2 });
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
      await changeDecisions(file, hostile);
      const read = await readLabelsFile(file);
      assert.equal(read.get('kiwi/a,"b".jpg')?.label, 'line\nbreak');
      assert.equal(read.get('kiwi/<img onerror>.jpg')?.excluded, true);
      assert.deepEqual(read.get('kiwi/שלום.jpg'), { label: 'apple', excluded: true });
    });

    it('change only what they name, are sorted, and go away when undone', async () => {
      const file = path.join(folder, 'own.csv');
      writeFileSync(file, 'path,label,excluded\nz.jpg,pear,\n');
      await changeDecisions(file, [{ file: 'a.jpg', label: null, excluded: true }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\na.jpg,,true\nz.jpg,pear,\n');
      await changeDecisions(file, [{ file: 'a.jpg', label: null, excluded: false }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\nz.jpg,pear,\n');
      await changeDecisions(file, [{ file: 'z.jpg', label: null, excluded: false }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\n');
    });

    it('keep the columns that people added, and their rows', async () => {
      const file = path.join(folder, 'columns.csv');
      writeFileSync(
        file,
        '\ufeffnote,Path,label,excluded,by\r\n"blurred, ask",b.jpg,pear,,Ann\r\n,c.jpg,fig,,Bo,more\r\n',
      );
      await changeDecisions(file, [
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
      await changeDecisions(file, [{ file: 'a.jpg', label: 'fig', excluded: false }]);
      assert.equal(readFileSync(file, 'utf8'), 'path,seen,label,excluded\na.jpg,yes,fig,\n');
    });

    it('change only what is asked of an image, and are taken back one by one', async () => {
      const file = path.join(folder, 'undo.csv');
      const decisions = new ImageDecisions();
      await Promise.all([
        decisions.decide(file, [{ file: 'a.jpg', excluded: true }]),
        decisions.decide(file, [{ file: 'a.jpg', label: 'fig' }]),
      ]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\na.jpg,fig,true\n');
      assert.equal(await decisions.isStale(file), false);
      writeFileSync(file, `${readFileSync(file, 'utf8')}b.jpg,,true\n`);
      assert.equal(await decisions.isStale(file), true);
      await Promise.all([decisions.undo(), decisions.undo(), decisions.undo()]);
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\nb.jpg,,true\n');
      // What could not be written is nothing to take back, and what could not be taken back still can be.
      await decisions.decide(file, [{ file: 'c.jpg', excluded: true }]);
      writeFileSync(file, 'remember,this\n');
      await assert.rejects(decisions.decide(file, [{ file: 'a.jpg', excluded: true }]), /no column "path"/);
      await assert.rejects(decisions.undo(), /no column "path"/);
      assert.match((await decisions.read(file)).labelsTrouble ?? '', /no column "path".+until it is mended/);
      assert.equal(decisions.undoable, 1);
    });

    it('all hold when they are made at once', async () => {
      const file = path.join(folder, 'quick.csv');
      await Promise.all(
        ['a.jpg', 'b.jpg', 'c.jpg'].map((image) =>
          changeDecisions(file, [{ file: image, label: null, excluded: true }]),
        ),
      );
      assert.equal(readFileSync(file, 'utf8'), 'path,label,excluded\na.jpg,,true\nb.jpg,,true\nc.jpg,,true\n');
    });

    it('never write over a file that is something else', async () => {
      const file = path.join(folder, 'notes.csv');
      writeFileSync(file, 'remember,this\n1,2\n');
      await assert.rejects(changeDecisions(file, [{ file: 'a.jpg', label: null, excluded: true }]), /no column "path"/);
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
