import { strict as assert } from 'node:assert';
import path from 'node:path';
import { build } from 'esbuild';
import { openPage, projectFile, type OpenPanel } from './harness/panelPage.ts';

const ui = projectFile('webviews/ui');

/** Bundles the controls with one of the two libraries behind them. */
async function bundle(library: 'toolkitTags' | 'elementsTags'): Promise<string> {
  const built = await build({
    entryPoints: [projectFile('webviews/ui/everyControl.tsx')],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'error',
    plugins: [
      {
        name: 'library',
        setup: (setup) => {
          setup.onResolve({ filter: /toolkitTags\.ts$/ }, () => ({ path: path.join(ui, `${library}.ts`) }));
        },
      },
    ],
  });
  return built.outputFiles[0]?.text ?? '';
}

// The same contract for both, so that to change the library is to change one file.
for (const [name, library] of [
  ['@vscode/webview-ui-toolkit', 'toolkitTags'],
  ['@vscode-elements/elements', 'elementsTags'],
] as const) {
  describe(`controls on ${name}`, () => {
    let panel: OpenPanel;
    before(async () => {
      panel = await openPage({ script: await bundle(library) });
    });
    after(() => panel.close());
    const heard = () => panel.page.evaluate(() => (Reflect.get(window, 'upsizeHeard') as string[]).splice(0));

    it('buttons have a role and a name, are pressed by pointer and keyboard, and not when disabled', async () => {
      const { page } = panel;
      const button = page.getByRole('button', { name: 'Train Next Stage' });
      await button.click();
      await button.focus();
      await page.keyboard.press('Enter');
      assert.deepEqual(await heard(), ['press', 'press']);
      await page.getByRole('button', { name: 'Refresh' }).click();
      assert.deepEqual(await heard(), ['icon']);
      await page.getByRole('button', { name: 'Stop' }).click({ force: true });
      assert.deepEqual(await heard(), []);
    });

    it('check boxes say their state and change it by pointer and Space', async () => {
      const { page } = panel;
      const box = page.getByRole('checkbox', { name: 'macro F1' });
      // The words beside the box belong to it.
      await page.getByText('macro F1').click();
      assert.deepEqual(await heard(), ['checked true']);
      await box.focus();
      await page.keyboard.press('Space');
      assert.deepEqual(await heard(), ['checked false']);
    });

    it('text fields are named and say each change', async () => {
      const { page } = panel;
      const field = page.getByRole('textbox', { name: 'Search by file name' });
      await field.fill('kiwi');
      assert.equal((await heard()).at(-1), 'text kiwi');
    });

    it('dropdowns are named and choose by keyboard and pointer', async () => {
      const { page } = panel;
      const dropdown = page.getByRole('combobox', { name: 'Order' });
      await dropdown.focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      assert.equal((await heard()).at(-1), 'chosen b');
      await dropdown.click();
      await page.getByRole('option', { name: 'by class' }).click();
      assert.equal((await heard()).at(-1), 'chosen c');
    });

    it('dropdowns keep what is pointed at when their view is drawn anew', async () => {
      const { page } = panel;
      const drawAnew = () =>
        page.evaluate(async () => {
          (Reflect.get(window, 'upsizeDrawAnew') as () => void)();
          // Effects come after the picture.
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        });
      const dropdown = page.getByRole('combobox', { name: 'Order' });
      await dropdown.focus();
      await page.keyboard.press('Enter');
      // Until then the list may not be open yet.
      await drawAnew();
      await page.keyboard.press('ArrowUp');
      await drawAnew();
      await page.keyboard.press('ArrowUp');
      await drawAnew();
      await page.keyboard.press('Enter');
      assert.deepEqual(await heard(), ['chosen a']);
    });

    it('need nothing that the content-security policy forbids', () => {
      assert.deepEqual(panel.complaints, []);
    });
  });
}
