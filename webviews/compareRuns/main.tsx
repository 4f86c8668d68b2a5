import '../ui/jitless.ts';
import '../charts/charts.css';
import './compareRuns.css';
import { applyRunChange } from '../ladder/applyRunChange.ts';
import { compareRunsBoundary } from '../protocol/compareRuns.ts';
import { mountPanel } from '../ui/panel.tsx';
import { CompareRuns } from './CompareRuns.tsx';
import { defaultCompareRunsView, compareRunsViewSchema } from './compareRunsView.ts';

mountPanel({
  boundary: compareRunsBoundary,
  apply: (state, change) =>
    change.type === 'metrics'
      ? { ...state, metrics: change.metrics }
      : { ...state, runs: applyRunChange(state.runs, change) },
  target: (state) => state.target,
  viewSchema: compareRunsViewSchema,
  defaults: defaultCompareRunsView,
  View: CompareRuns,
});
