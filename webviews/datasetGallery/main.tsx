import '../ui/jitless.ts';
import '../charts/charts.css';
import './datasetGallery.css';
import { datasetGalleryBoundary } from '../protocol/datasetGallery.ts';
import { mountPanel } from '../ui/panel.tsx';
import { DatasetGallery, defaultGalleryView, galleryViewSchema } from './DatasetGallery.tsx';

mountPanel({
  boundary: datasetGalleryBoundary,
  apply: (state, change) => {
    if (change.type === 'choice') return { ...state, choice: change.choice };
    if (change.type === 'nearing') return { ...state, nearing: change.nearing };
    return state.content.kind === 'scanned'
      ? { ...state, content: { ...state.content, decisions: change.decisions } }
      : state;
  },
  target: (state) => state.target,
  viewSchema: galleryViewSchema,
  defaults: defaultGalleryView,
  View: DatasetGallery,
});
