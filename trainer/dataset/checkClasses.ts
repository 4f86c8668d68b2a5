import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import { DatasetError } from './datasetError.ts';
import type { ExaminedImage } from './examineImages.ts';
import { byCodeUnits, printable, type SplitName } from './listedImage.ts';

/** Images that a class needs: one to train on, one to validate on. */
const leastImages = 2;

/** How many images each class has for training and validation; a class whose every image was refused has none. */
function countClasses(images: readonly ExaminedImage[], problems: readonly DatasetProblem[]): Map<string, number> {
  const counts = new Map<string, number>();
  const tested = new Set<string>();
  for (const { label, split } of images) {
    if (split === 'test') tested.add(label);
    else counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  for (const { className, leftOut } of problems) {
    if (leftOut && className !== null && !counts.has(className) && !tested.has(className)) counts.set(className, 0);
  }
  return counts;
}

/** A problem for each class with fewer than two images that can be used, or with none to train on. */
export function smallClassProblems(
  images: readonly ExaminedImage[],
  problems: readonly DatasetProblem[],
): DatasetProblem[] {
  const small: DatasetProblem[] = [];
  for (const [className, count] of countClasses(images, problems)) {
    const isTrained = images.some(({ label, split }) => label === className && (split === null || split === 'train'));
    const has = count === 0 ? 'no image' : count === 1 ? 'one image' : null;
    if (has === null && isTrained) continue;
    const what = has === null ? 'has validation images only' : `has ${has} that can be used; it needs ${leastImages}`;
    const message = `Class "${printable(className)}" ${what}. Add images, or remove the class.`;
    small.push({ kind: 'smallClass', file: null, className, message, severity: 'error', leftOut: false });
  }
  return small.sort((one, other) => byCodeUnits(one.className ?? '', other.className ?? ''));
}

/** A warning for each class that no validation image stands for: its images are inseparable, or the data set gives none. */
export function unvalidatedClassProblems(
  images: readonly { label: string }[],
  sides: readonly SplitName[],
): DatasetProblem[] {
  const validated = new Set(images.filter((_, index) => sides[index] === 'validation').map(({ label }) => label));
  const trained = new Set(images.filter((_, index) => sides[index] === 'train').map(({ label }) => label));
  return [...trained]
    .filter((label) => !validated.has(label))
    .sort(byCodeUnits)
    .map((className) => ({
      kind: 'smallClass',
      file: null,
      className,
      message: `Class "${printable(className)}" has no validation image, so the scores say nothing of it. Add images that are not copies of one another.`,
      severity: 'warning',
      leftOut: false,
    }));
}

/**
 * Checks that there is something to train on. Test images of classes that training does not have are left out.
 *
 * @param problems what was found until now; what is found here is added.
 * @param source the data set's folder or file, for messages.
 * @returns the images that stay.
 * @throws DatasetError naming the classes with fewer than two images, or what else is missing.
 */
export function checkClasses(images: ExaminedImage[], problems: DatasetProblem[], source: string): ExaminedImage[] {
  const refused = problems.filter(({ leftOut }) => leftOut);
  const refusals =
    refused.length > 0 ? ` ${refused.length} were left out; the first: ${refused[0]?.message ?? ''}` : '';
  if (images.length === 0) {
    throw new DatasetError(
      `${source}: no images. Put JPEG, PNG or WebP files into one folder for each class.${refusals}`,
      problems,
    );
  }
  const counts = countClasses(images, problems);
  const small = smallClassProblems(images, problems);
  if (small.length > 0) {
    problems.push(...small);
    const sentences = small.map(({ message }) => message).join(' ');
    throw new DatasetError(`${source}: ${sentences}${refusals}`, problems);
  }
  if (counts.size < 2) {
    const [only] = counts.keys();
    throw new DatasetError(
      `${source}: only one class ("${only ?? ''}"). A classifier needs at least two; put each class into a folder of its own.`,
      problems,
    );
  }
  const unknown = new Set(images.filter(({ label }) => !counts.has(label)).map(({ label }) => label));
  for (const label of unknown) {
    problems.push({
      kind: 'noClass',
      file: null,
      className: label,
      message: `Class "${label}" has test images only, so no model can know it. They are left out.`,
      severity: 'warning',
      leftOut: true,
    });
  }
  return images.filter(({ label }) => counts.has(label));
}
