import '../ui/jitless.ts';
import '../charts/charts.css';
import './dashboard.css';
import { dashboardBoundary } from '../protocol/dashboard.ts';
import { mountPanel } from '../ui/panel.tsx';
import { applyDashboardChange } from './applyDashboardChange.ts';
import { Dashboard } from './Dashboard.tsx';
import { defaultDashboardView, readDashboardView } from './dashboardView.ts';

mountPanel({
  boundary: dashboardBoundary,
  apply: applyDashboardChange,
  target: (state) => state.target,
  defaults: defaultDashboardView,
  readView: readDashboardView,
  View: Dashboard,
});
