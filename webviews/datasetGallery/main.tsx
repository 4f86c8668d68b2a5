import '../ui/jitless.ts';
import '../charts/charts.css';
import './datasetGallery.css';
import { datasetGalleryBoundary } from '../protocol/datasetGallery.ts';
import { mountPanel } from '../ui/panel.tsx';
import { applyGalleryChange } from './applyGalleryChange.ts';
import { DatasetGallery } from './DatasetGallery.tsx';
import { defaultGalleryView, galleryViewSchema } from './galleryView.ts';

mountPanel({
  boundary: datasetGalleryBoundary,
  apply: applyGalleryChange,
  target: (state) => state.target,
  viewSchema: galleryViewSchema,
  defaults: defaultGalleryView,
  View: DatasetGallery,
});
