import { stat } from 'node:fs/promises';
import { readCsvRows } from './csv.ts';
import type { ListedImage, Listing } from './listedImage.ts';

/** What people decided of one image: another label, or that it takes no part. */
export interface LabelDecision {
  label: string | null;
  excluded: boolean;
}

/**
 * Reads `upsize.labels.csv`, as the gallery writes it: `path,label,excluded`, the path relative to the data set's root
 * with `/`; an empty label keeps the image's own; `excluded` is `true` or empty. A file that is not there decides nothing.
 *
 * @throws DatasetError when it is no such CSV file.
 */
export async function readLabelsFile(file: string, signal?: AbortSignal): Promise<Map<string, LabelDecision>> {
  const decisions = new Map<string, LabelDecision>();
  if (!(await stat(file).catch(() => null))?.isFile()) return decisions;
  for await (const { row } of readCsvRows(file, ['path'], signal)) {
    const path = row.get('path') ?? '';
    if (path === '') continue;
    const excluded = /^(true|yes|1|x)$/i.test(row.get('excluded') ?? '');
    decisions.set(path, { label: row.get('label') || null, excluded });
  }
  return decisions;
}

/** Applies decisions to a listing in place. Returns how many were relabelled and excluded, and which files are unknown. */
export function applyLabelDecisions(listing: Listing, decisions: ReadonlyMap<string, LabelDecision>) {
  const known = new Set<string>();
  const excluded: ListedImage[] = [];
  let relabelled = 0;
  listing.images = listing.images.filter((image) => {
    const decision = decisions.get(image.file);
    if (!decision) return true;
    known.add(image.file);
    if (decision.excluded) {
      excluded.push(image);
      return false;
    }
    if (decision.label !== null && decision.label !== image.label) {
      image.label = decision.label;
      relabelled++;
    }
    return true;
  });
  return { relabelled, excluded, unknown: [...decisions.keys()].filter((file) => !known.has(file)) };
}
