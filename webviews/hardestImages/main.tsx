import '../ui/jitless.ts';
import './hardestImages.css';
import { hardestImagesBoundary } from '../protocol/hardestImages.ts';
import { mountPanel } from '../ui/panel.tsx';
import { defaultHardestImagesView, HardestImages, hardestImagesViewSchema } from './HardestImages.tsx';

mountPanel({
  boundary: hardestImagesBoundary,
  apply: (state) => state,
  target: (state) => state.target,
  viewSchema: hardestImagesViewSchema,
  defaults: defaultHardestImagesView,
  View: HardestImages,
});
