import { strict as assert } from 'node:assert';
import { axeProblems, themeKinds, type OpenPanel } from './panelPage.ts';

/** Asserts that axe-core finds nothing in any of VS Code's four kinds of theme, and that the page complained of nothing. */
export async function assertAccessibleInAllThemes(panel: OpenPanel): Promise<void> {
  for (const theme of themeKinds) {
    await panel.setTheme(theme);
    assert.deepEqual(await axeProblems(panel.page), [], `in ${theme}`);
  }
  assert.deepEqual(panel.complaints, []);
}

/** Names that would do harm if they were ever read as anything but text. */
export const hostileNames = [
  '<img src=x onerror="document.title=\'hacked\'">',
  '"quoted" & \'quoted\'',
  '\u202eright to left\u202c שלום',
  'x'.repeat(10_000),
  '{{constructor}} ${1}',
  '__proto__',
];
