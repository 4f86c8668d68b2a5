import type { DashboardRun } from '../protocol/dashboard.ts';
import { duration, gainSign, percent, points, pointsNumber } from '../ui/numbers.ts';
import { Rungs } from '../ui/rungs.tsx';
import type { Theme } from '../ui/theme.ts';
import { runLabel, stageOf } from '../ladder/runLooks.ts';

interface LadderStripProps {
  runs: readonly DashboardRun[];
  chosen: string | null;
  theme: Theme;
  onChoose: (runId: string | null) => void;
}

/** "59.3 % (57.1–61.4)", for a hover. */
function accuracyInWords(run: DashboardRun): string {
  if (run.valAccuracy === null) return 'no accuracy yet';
  const [low, high] = run.accuracyInterval ?? [null, null];
  const interval = low === null || high === null ? '' : `, 95 % interval ${percent(low)} to ${percent(high)}`;
  return `val_accuracy ${percent(run.valAccuracy)}${interval}`;
}

/** What a gain is of, or why there is none, where the stage before was scored on other images. */
function gainsScope({ gain, otherImages }: DashboardRun): string | null {
  if (!otherImages) return null;
  const others = 'The stage before was scored on other images or labels';
  return gain === null ? `${others}: there is no gain` : `${others}: the gain is of those that both share`;
}

/** The ladder as one row: size, accuracy, gain, minutes and gain a minute of each stage. A click shows that stage alone. */
export function LadderStrip({ runs, chosen, theme, onChoose }: LadderStripProps) {
  return (
    <div class="strip" role="group" aria-label="Stages of the ladder">
      {runs.map((run) => {
        const { index, stages } = stageOf(run);
        const on = run.runId === chosen;
        const sign = gainSign(run.gain);
        const live = run.state === 'running' || run.state === 'evaluating' || run.state === 'preparing';
        const perMinute = run.gainPerMinute === null ? null : `${points(run.gainPerMinute)} a minute`;
        const hover = [
          `${run.size} px, ${run.origin}, ${run.freeze}`,
          accuracyInWords(run),
          perMinute,
          gainsScope(run),
          run.engine,
        ].filter((text) => text !== null);
        return (
          <button
            key={run.runId}
            type="button"
            class="stage"
            aria-pressed={on}
            title={hover.join('\n')}
            onClick={() => onChoose(on ? null : run.runId)}
          >
            <span class="row">
              <Rungs index={index} stages={stages} theme={theme} />
              <span class="size">{runLabel(run, runs)}</span>
              {live ? <span class="codicon codicon-sync live-sign" role="img" aria-label={run.state} /> : null}
              {run.state === 'failed' || run.state === 'interrupted' ? (
                <span class="codicon codicon-error bad" role="img" aria-label={run.state} />
              ) : null}
            </span>
            <span class="row figures">
              <span class="accuracy">{percent(run.valAccuracy)}</span>
              {run.gain === null && run.otherImages ? <span class="muted">other images</span> : null}
              {run.gain === null ? null : (
                <span class={sign === '▲' ? 'good' : sign === '▼' ? 'bad' : 'muted'}>
                  {sign}
                  {pointsNumber(run.gain)}
                </span>
              )}
              <span class="muted">{duration(run.live.seconds)}</span>
              {perMinute === null ? null : <span class="muted">{pointsNumber(run.gainPerMinute)} / min</span>}
            </span>
          </button>
        );
      })}
    </div>
  );
}
