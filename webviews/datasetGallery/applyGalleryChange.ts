import type { DatasetGalleryChange, DatasetGalleryState } from '../protocol/datasetGallery.ts';

/** The gallery's state after a change of its host. Pure. */
export function applyGalleryChange(state: DatasetGalleryState, change: DatasetGalleryChange): DatasetGalleryState {
  switch (change.type) {
    case 'choice':
      return { ...state, choice: change.choice };
    case 'nearing':
      return { ...state, nearing: change.nearing };
    case 'nearest':
      return { ...state, nearest: change.nearest };
    case 'decisions': {
      const { decisions, labelsTrouble, undoable } = change;
      const { content } = state;
      return content.kind === 'scanned'
        ? { ...state, undoable, content: { ...content, decisions, labelsTrouble } }
        : { ...state, undoable };
    }
  }
}
