import type { DashboardChange, DashboardState } from '../protocol/dashboard.ts';

/** The dashboard's state after one change; the one before stays as it was. */
export function applyDashboardChange(state: DashboardState, change: DashboardChange): DashboardState {
  switch (change.type) {
    case 'run': {
      const known = state.runs.some((run) => run.runId === change.run.runId);
      const runs = known
        ? state.runs.map((run) => (run.runId === change.run.runId ? change.run : run))
        : [...state.runs, change.run];
      return { ...state, runs };
    }
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
