import { applyRunChange } from '../ladder/applyRunChange.ts';
import type { DashboardChange, DashboardState } from '../protocol/dashboard.ts';

/** The dashboard's state after one change; the one before stays as it was. */
export function applyDashboardChange(state: DashboardState, change: DashboardChange): DashboardState {
  switch (change.type) {
    case 'run':
      return { ...state, runs: applyRunChange(state.runs, change) };
    case 'live':
      return {
        ...state,
        runs: state.runs.map((run) => (run.runId === change.runId ? { ...run, live: change.live } : run)),
      };
    case 'gone':
      return { ...state, runs: state.runs.filter((run) => run.runId !== change.runId) };
    case 'title':
      return { ...state, title: change.title };
  }
}
