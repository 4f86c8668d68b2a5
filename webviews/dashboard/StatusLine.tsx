import type { DashboardRun } from '../protocol/dashboard.ts';
import { Button } from '../ui/controls.tsx';
import { count, rate, timeLeft } from '../ui/numbers.ts';

const phrases: Record<DashboardRun['state'], string> = {
  queued: 'waits for its turn',
  preparing: 'preparing',
  running: 'training',
  evaluating: 'evaluating',
  completed: 'done',
  stopped: 'stopped',
  interrupted: 'interrupted',
  failed: 'failed',
};

/** Whether a run may still change by itself. */
export function isLiveState(state: DashboardRun['state']): boolean {
  return state === 'queued' || state === 'preparing' || state === 'running' || state === 'evaluating';
}

function whatItDoes(run: DashboardRun): string {
  const { live } = run;
  if (run.state === 'running') {
    const within =
      run.stepsPerEpoch !== null && run.stepsPerEpoch > 0
        ? Math.min(1, Math.max(0, live.step / run.stepsPerEpoch - run.epochs.length))
        : 0;
    const share = within > 0 ? ` (${Math.round(within * 100)}\u202f%)` : '';
    return `epoch ${Math.min(run.epochs.length + 1, run.epochsPlanned)}/${run.epochsPlanned}${share}`;
  }
  if (live.progress && live.progress.total > 0) {
    return `${live.progress.phase} ${count(live.progress.done)} of ${count(live.progress.total)}`;
  }
  return phrases[run.state];
}

interface StatusLineProps {
  run: DashboardRun;
  /** Its place in the ladder, from 1, and of how many. */
  place: number;
  of: number;
  trusted: boolean;
  onStop: () => void;
  onNext: () => void;
}

/** One line on what goes on now: stage, epoch, time left, and the one thing to do about it. */
export function StatusLine({ run, place, of, trusted, onStop, onNext }: StatusLineProps) {
  const live = isLiveState(run.state);
  const parts = [`stage ${place} of ${of}`, whatItDoes(run)];
  const left = timeLeft(run.live.secondsLeft);
  if (left !== '') parts.push(left);
  if (run.live.imagesPerSecond !== null && run.live.imagesPerSecond > 0)
    parts.push(`${rate(run.live.imagesPerSecond)} images/s`);
  return (
    <div class="row status">
      <span class={`dot ${live ? 'on' : run.state}`} aria-hidden="true" />
      <span>{parts.join(' · ')}</span>
      {live ? (
        <Button disabled={!trusted} onPress={onStop}>
          Stop
        </Button>
      ) : null}
      {run.state === 'completed' ? (
        <Button disabled={!trusted} onPress={onNext}>
          Train Next Stage
        </Button>
      ) : null}
    </div>
  );
}
