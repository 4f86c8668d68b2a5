import '../ui/jitless.ts';
import '../charts/charts.css';
import './confusionMatrix.css';
import { confusionMatrixBoundary } from '../protocol/confusionMatrix.ts';
import { mountPanel } from '../ui/panel.tsx';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import { confusionMatrixViewSchema, defaultConfusionMatrixView } from './confusionMatrixView.ts';

mountPanel({
  boundary: confusionMatrixBoundary,
  apply: (state) => state,
  target: (state) => state.target,
  viewSchema: confusionMatrixViewSchema,
  defaults: defaultConfusionMatrixView,
  View: ConfusionMatrix,
});
