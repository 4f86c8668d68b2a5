import { byCodeUnits } from './listedImage.ts';

/** The class names of a data set in the order of a model's outputs: sorted by code units, as Keras sorts folders. */
export function classNamesOf(labels: Iterable<string>): string[] {
  return [...new Set(labels)].sort(byCodeUnits);
}

/** How a class list differs from an earlier one. */
export interface ClassListChange {
  added: string[];
  removed: string[];
  /** What is new and what is gone, as a phrase. */
  what: string;
  /** A sentence for the user. */
  message: string;
}

/**
 * Compares a class list with that of the run to continue from. A model's outputs stand for classes by their place, so any
 * difference means a new ladder.
 *
 * @returns null when both are the same.
 */
export function classListChange(before: readonly string[], after: readonly string[]): ClassListChange | null {
  const added = after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name));
  const isSame = before.length === after.length && before.every((name, index) => name === after[index]);
  if (isSame) return null;
  const parts: string[] = [];
  if (added.length > 0) parts.push(`new: ${added.join(', ')}`);
  if (removed.length > 0) parts.push(`gone: ${removed.join(', ')}`);
  if (parts.length === 0) parts.push('in another order');
  return {
    added,
    removed,
    what: parts.join('; '),
    message: `The classes have changed since the parent run (${parts.join('; ')}), so its model cannot be continued. A new ladder starts.`,
  };
}
