import { strict as assert } from 'node:assert';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const webviews = path.resolve(import.meta.dirname, '../../../webviews');
const gridPixels = 4;

describe('spacing of the panels', () => {
  it('stands on a grid of 4 px', () => {
    const sheets = globSync('*/*.css', { cwd: webviews });
    assert.ok(sheets.length > 5);
    const off = sheets.flatMap((sheet) =>
      readFileSync(path.join(webviews, sheet), 'utf8')
        .split('\n')
        .filter((line) => /^\s*(gap|margin|padding)[a-z-]*:/.test(line))
        .filter((line) => [...line.matchAll(/([\d.]+)px/g)].some(([, pixels]) => Number(pixels) % gridPixels !== 0))
        .map((line) => `${sheet}: ${line.trim()}`),
    );
    assert.deepEqual(off, []);
  });
});
