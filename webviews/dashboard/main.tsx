import '../ui/jitless.ts';
import '../charts/charts.css';
import './dashboard.css';
import { dashboardBoundary } from '../protocol/dashboard.ts';
import { mountPanel } from '../ui/panel.tsx';
import { applyDashboardChange } from './applyDashboardChange.ts';
import { Dashboard } from './Dashboard.tsx';
import { defaultDashboardView, dashboardViewSchema } from './dashboardView.ts';

mountPanel({
  boundary: dashboardBoundary,
  apply: applyDashboardChange,
  target: (state) => state.target,
  viewSchema: dashboardViewSchema,
  defaults: defaultDashboardView,
  View: Dashboard,
});
