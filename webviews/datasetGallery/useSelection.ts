import { useEffect, useMemo, useState } from 'preact/hooks';
import type { GalleryView } from './galleryView.ts';
import { followed, nothingSelected, packed, unpacked, type Selection } from './selection.ts';

interface Held {
  selection: Selection;
  /** The images by position that the selection was made in; null where it is of whatever is shown. */
  of: readonly number[] | null;
}

/**
 * The selection over the images that are shown. It stays with its images when others come or go, and is kept in the view, so that it
 * comes back.
 */
export function useSelection(
  shown: readonly number[],
  scanned: number,
  view: GalleryView,
  setView: (change: Partial<GalleryView>) => void,
) {
  const [held, setHeld] = useState<Held>(() => ({
    selection: view.selection.scanned === scanned ? unpacked(view.selection, shown.length) : nothingSelected,
    of: null,
  }));
  const selection = useMemo(
    () => (held.of === null || held.of === shown ? held.selection : followed(held.selection, held.of, shown)),
    [held, shown],
  );
  useEffect(() => setView({ selection: { scanned, ...packed(selection) } }), [selection, scanned]);
  return {
    selection,
    select: (next: Selection) => setHeld({ selection: next, of: shown }),
    clear: () => setHeld({ selection: nothingSelected, of: null }),
  };
}
