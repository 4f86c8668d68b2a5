import type { DatasetProblem } from '../protocol/datasetProblem.ts';

/** Which side of a data set an image stands on. */
export type SplitName = 'train' | 'validation' | 'test';

/** An image as a data set names it, before its file is looked at. */
export interface ListedImage {
  /** Relative to the data set's root, with `/`. */
  file: string;
  /** Absolute path, symbolic links resolved. */
  path: string;
  label: string;
  /** As the data set itself says it; null where Upsize splits. */
  split: SplitName | null;
  /** Images of one group never stand on both sides of the split. */
  group: string | null;
}

/** What a reader of a data set finds. */
export interface Listing {
  /** Absolute path that the files are relative to, symbolic links resolved. */
  root: string;
  images: ListedImage[];
  problems: DatasetProblem[];
}

/** A name for messages: control characters and those that turn the direction of text are shown by their numbers. */
export function printable(name: string): string {
  return name.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** A problem of one file that is left out. */
export function leftOutFile(
  kind: DatasetProblem['kind'],
  file: string,
  className: string | null,
  reason: string,
): DatasetProblem {
  return {
    kind,
    file,
    className,
    message: `${printable(file)}: ${reason}. Left out.`,
    severity: 'warning',
    leftOut: true,
  };
}

/** Orders text by its code units: the same on every machine, whatever its language. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const splitNames: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
};

/** The side that a folder's name or a column's value means, or null when it means none. */
export function splitNamed(name: string): SplitName | null {
  return splitNames[name.trim().toLowerCase()] ?? null;
}
