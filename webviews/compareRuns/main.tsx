import '../ui/jitless.ts';
import '../charts/charts.css';
import './compareRuns.css';
import { compareRunsBoundary } from '../protocol/compareRuns.ts';
import { mountPanel } from '../ui/panel.tsx';
import { CompareRuns } from './CompareRuns.tsx';
import { defaultCompareRunsView, compareRunsViewSchema } from './compareRunsView.ts';

mountPanel({
  boundary: compareRunsBoundary,
  apply: (state, { run }) => ({ ...state, runs: state.runs.map((one) => (one.runId === run.runId ? run : one)) }),
  target: (state) => state.target,
  viewSchema: compareRunsViewSchema,
  defaults: defaultCompareRunsView,
  View: CompareRuns,
});
