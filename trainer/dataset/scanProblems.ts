import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import type { ExaminedImage } from './examineImages.ts';
import { printable } from './listedImage.ts';
import { Clusters, forEachNearPair } from './nearDuplicates.ts';

/** Copies in several classes from which on a picture is taken for a stand-in, and copies in one class. */
const placeholderCopies = 4;
const placeholderCopiesInOneClass = 8;

/** Groups of images that show the same, by index, ascending. */
export interface SameImages {
  /** The same file, byte by byte. */
  duplicates: number[][];
  /** Nearly the same picture, groups of the same file aside. */
  nearDuplicates: number[][];
  /** One picture that stands in for many. Also among the other groups. */
  placeholders: number[][];
}

/** Finds images that show the same. */
export function findSameImages(images: readonly ExaminedImage[]): SameImages {
  const byContent = new Map<string, number[]>();
  for (const [index, { contentHash }] of images.entries()) {
    const group = byContent.get(contentHash);
    if (group) group.push(index);
    else byContent.set(contentHash, [index]);
  }
  const near = new Clusters(images.length);
  forEachNearPair(
    images.map(({ facts }) => facts),
    (a, b) => near.join(a, b),
  );
  const groups = near.members(2);
  const isOneFile = (group: number[]) => new Set(group.map((index) => images[index]?.contentHash)).size === 1;
  const isPlaceholder = (group: number[]) => {
    const classes = new Set(group.map((index) => images[index]?.label)).size;
    return group.length >= placeholderCopies && (classes > 1 || group.length >= placeholderCopiesInOneClass);
  };
  return {
    duplicates: [...byContent.values()].filter((group) => group.length > 1),
    nearDuplicates: groups.filter((group) => !isOneFile(group)),
    placeholders: groups.filter(isPlaceholder),
  };
}

/** Problems of groups, one a group: what a list can show. The groups themselves tell which images. */
export function sameImagesProblems(
  images: readonly ExaminedImage[],
  { duplicates, nearDuplicates, placeholders }: SameImages,
): DatasetProblem[] {
  const problems: DatasetProblem[] = [];
  const placed = new Set(placeholders.flat());
  const add = (
    kind: DatasetProblem['kind'],
    severity: DatasetProblem['severity'],
    group: readonly number[],
    say: (names: string) => string,
  ) => {
    const first = images[group[0] ?? 0];
    const names = group.slice(0, 3).map((index) => printable(images[index]?.file ?? ''));
    const more = group.length > 3 ? ` and ${group.length - 3} more` : '';
    if (!first) return;
    const message = say(names.join(', ') + more);
    problems.push({ kind, file: first.file, className: first.label, message, severity, leftOut: false });
  };
  for (const group of placeholders) {
    add('placeholder', 'warning', group, (names) => {
      return `One picture stands in for ${group.length} images (${names}). Exclude it: it teaches nothing of its classes.`;
    });
  }
  const addSame = (group: readonly number[], isSameFile: boolean) => {
    if (group.every((index) => placed.has(index))) return;
    const classes = [...new Set(group.map((index) => images[index]?.label ?? ''))];
    const what = isSameFile ? 'The same file' : 'Nearly the same picture';
    if (classes.length > 1) {
      add('duplicateAcrossClasses', 'warning', group, (names) => {
        return `${what} in the classes ${classes.join(' and ')}: ${names}. One of the labels is wrong.`;
      });
    } else {
      add(isSameFile ? 'duplicate' : 'nearDuplicate', 'information', group, (names) => {
        return `${what} ${group.length} times: ${names}. They stay on one side of the split.`;
      });
    }
  };
  for (const group of duplicates) addSame(group, true);
  for (const group of nearDuplicates) addSame(group, false);
  return problems;
}
