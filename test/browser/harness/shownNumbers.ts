import { strict as assert } from 'node:assert';
import type { Page } from 'playwright-core';
import type { ShownRun } from '../../trainer/showRuns.ts';

// How a reader of British English expects numbers, written apart from the panels' own formats.
const number = (value: number, options: Intl.NumberFormatOptions = {}) => value.toLocaleString('en-GB', options);
const three = (value: number) => number(value, { maximumSignificantDigits: 3 });
const loss = (value: number) => number(value, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const perCent = (value: number) => number(value * 100, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const points = (gain: number) => `${gain < 0 ? '−' : '+'}${perCent(Math.abs(gain))}`;
const bytes = (value: number) => (value < 999_500 ? `${three(value / 1e3)} kB` : `${three(value / 1e6)} MB`);
const time = (seconds: number) =>
  seconds < 9.95
    ? `${number(seconds, { maximumFractionDigits: 1 })} s`
    : seconds < 59.5
      ? `${Math.round(seconds)} s`
      : `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`.replace(' 0 s', '');
const plainSpaces = (text: string) => text.replace(/\s+/gu, ' ').trim();

/** The figures of a stage in the ladder's strip. */
function stripOf({ valAccuracy, gain, seconds }: ShownRun): string[] {
  const figures = [valAccuracy === null ? '–' : `${perCent(valAccuracy)} %`];
  if (gain !== null) figures.push(`${Math.abs(gain) < 0.0005 ? '' : gain > 0 ? '▲' : '▼'}${points(gain)}`);
  figures.push(time(seconds));
  if (gain !== null) figures.push(`${points(gain / (seconds / 60))} / min`);
  return figures;
}

function epochRows({ size, epochRecords }: ShownRun): string[][] {
  return epochRecords.map((epoch) => [
    String(size),
    number(epoch.epoch + 1),
    number(epoch.step),
    perCent(epoch.accuracy),
    perCent(epoch.valAccuracy),
    loss(epoch.loss),
    loss(epoch.valLoss),
    three(epoch.learningRate),
    three(epoch.seconds),
    three(epoch.inputSeconds),
    three(epoch.stepSeconds),
    three(epoch.evaluationSeconds),
    three(epoch.imagesPerSecond),
    bytes(epoch.rssBytes),
  ]);
}

/** A row a class: images, and of each stage its recall and, after the first, how that changed. */
function classRows(shown: readonly ShownRun[]): string[][] {
  const evaluated = shown.filter(({ classes }) => classes.length > 0);
  return (evaluated.at(-1)?.classes ?? []).map(({ name, support }, at) => [
    name,
    number(support),
    ...evaluated.flatMap(({ classes }, stage) => {
      const recall = classes[at]?.recall ?? Number.NaN;
      const before = evaluated[stage - 1]?.classes[at]?.recall;
      return before === undefined ? [perCent(recall)] : [perCent(recall), points(recall - before)];
    }),
  ]);
}

const cellsOf = (page: Page, table: string) =>
  page
    .getByRole('region', { name: table })
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())));

/**
 * Asserts that all that a dashboard by epochs shows as text is what the command line says of the same runs: the ladder's strip, the
 * table twin of the curves, the split of time and memory of the newest run, and the table of the classes.
 */
export async function assertShowsSame(page: Page, shown: readonly ShownRun[]): Promise<void> {
  const strip = await page
    .locator('.strip .stage')
    .evaluateAll((stages) =>
      stages.map((stage) => [...stage.querySelectorAll('.figures > span')].map((figure) => figure.textContent)),
    );
  assert.deepEqual(
    strip.map((figures) => figures.map(plainSpaces)),
    shown.map(stripOf),
  );

  const asTable = page.getByRole('button', { name: 'accuracy, %: show as a table' });
  if ((await page.getByRole('region', { name: 'accuracy, %, table' }).count()) === 0) await asTable.click();
  await page.getByRole('region', { name: 'accuracy, %, table' }).waitFor();
  const epochs = await cellsOf(page, 'accuracy, %, table');
  assert.deepEqual(
    epochs.map((row) => row.map(plainSpaces)),
    shown.flatMap(epochRows),
  );

  const newest = shown.at(-1);
  assert.ok(newest);
  const sum = (of: 'inputSeconds' | 'stepSeconds') =>
    newest.epochRecords.reduce((total, epoch) => total + epoch[of], 0);
  const [wait, step] = [sum('inputSeconds'), sum('stepSeconds')];
  const split = await page.locator('.split .number').allInnerTexts();
  assert.deepEqual(
    split.map(plainSpaces),
    [step, wait].map((part) => `${perCent(part / (step + wait))} %`),
  );
  const memory = page.getByRole('region', { name: 'memory' }).getByText('step about');
  assert.equal(plainSpaces(await memory.innerText()), `step about ${bytes(newest.model.memoryBytes)}`);

  await page.getByRole('region', { name: 'Recall of each class, table' }).waitFor();
  assert.deepEqual(await cellsOf(page, 'Recall of each class, table'), classRows(shown));
}
