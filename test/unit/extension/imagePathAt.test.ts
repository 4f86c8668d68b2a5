import { strict as assert } from 'node:assert';
import { imagePathsAt, spellingsOf } from '../../../extension/prediction/imagePathAt.ts';

/** The candidates where the cursor stands on the `^` below a line. */
function at(line: string, mark: string): string[] {
  return imagePathsAt(line, line.indexOf(mark)).map(({ text }) => text);
}

describe('the path of an image in a line of text', () => {
  it('is what stands in quotes, blanks and all', () => {
    assert.deepEqual(at(`open("my photos/a kiwi.jpg")`, 'kiwi'), ['my photos/a kiwi.jpg']);
    assert.deepEqual(at(`open('it/kiwi.jpeg', 3)`, 'it'), ['it/kiwi.jpeg']);
  });

  it('is a cell of a CSV file', () => {
    assert.deepEqual(at('photos/kiwi/a b.png,kiwi', 'photos')[0], 'photos/kiwi/a b.png');
  });

  it('may be what is left after words before it', () => {
    assert.ok(at('see photos/kiwi.webp there', 'kiwi').includes('photos/kiwi.webp'));
    assert.ok(at('image: photos/kiwi.webp', 'kiwi').includes('photos/kiwi.webp'));
    assert.ok(at('- image:photos/kiwi.webp', 'kiwi').includes('photos/kiwi.webp'));
  });

  it('is the one that the cursor stands on', () => {
    const line = '"a.jpg", "b.png"';
    assert.deepEqual(at(line, 'a.'), ['a.jpg']);
    assert.deepEqual(at(line, 'b.'), ['b.png']);
  });

  it('is nothing beside a path, or where there is none', () => {
    assert.deepEqual(imagePathsAt('"a.jpg" and more words', 15), []);
    assert.deepEqual(imagePathsAt('no image here.txt', 5), []);
    assert.deepEqual(imagePathsAt('kiwi.jpgx', 2), []);
  });

  it('is looked for near the cursor only, however long the line is', () => {
    const line = `"far.jpg" ${'x '.repeat(500_000)}"near.jpg"`;
    assert.deepEqual(at(line, 'near'), ['near.jpg']);
    assert.deepEqual(imagePathsAt(line, 500_000), []);
  });

  it('is read as a URI, percent-encoded, or with backslashes', () => {
    assert.ok(spellingsOf('file:///tmp/a%20b.jpg').includes('/tmp/a b.jpg'));
    assert.ok(spellingsOf('a%20b.jpg').includes('a b.jpg'));
    assert.ok(spellingsOf('photos\\\\kiwi.jpg').includes('photos/kiwi.jpg'));
    assert.ok(spellingsOf('100%.jpg').includes('100%.jpg'));
    assert.deepEqual(spellingsOf('a\0b.jpg'), []);
  });
});
