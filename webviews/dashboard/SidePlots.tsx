import type { Crosshair } from '../charts/crosshair.ts';
import type { Range } from '../charts/range.ts';
import { LineFigure } from '../charts/LineFigure.tsx';
import type { Save } from '../charts/save.ts';
import type { Point, Series, Span } from '../charts/series.ts';
import type { DashboardRun, EpochPoint } from '../protocol/dashboard.ts';
import { bytes, percent, rate } from '../ui/numbers.ts';
import type { Theme } from '../ui/theme.ts';
import type { Place } from '../ladder/ladderAxis.ts';
import { epochSheet } from '../ladder/ladderSheets.ts';
import { runLabel, runLooks } from '../ladder/runLooks.ts';

interface SidePlotsProps {
  runs: readonly DashboardRun[];
  /** The run whose split of time is shown. */
  run: DashboardRun;
  places: ReadonlyMap<string, Place>;
  spans: readonly Span[];
  to: number;
  range: Range;
  onRange: (range: Range) => void;
  formatX: (x: number) => string;
  xLabel: string;
  theme: Theme;
  crosshair: Crosshair;
  save: Save;
}

function curves(props: SidePlotsProps, value: (epoch: EpochPoint) => number): Series[] {
  const looks = runLooks(props.runs, props.theme);
  return props.runs.flatMap((run) => {
    const place = props.places.get(run.runId);
    const look = looks.get(run.runId);
    if (!look) return [];
    const points = run.epochs.map((epoch, at): Point => ({ x: place?.ends[at] ?? Number.NaN, y: value(epoch) }));
    return [{ ...look, id: run.runId, label: runLabel(run, props.runs), width: 1.5, marker: 2.5, points }];
  });
}

/** How the time of a run's training goes: waiting for images, or computing. Shares of 1; null before the first epoch. */
export function timeSplit(run: DashboardRun): { wait: number; step: number } | null {
  const wait = run.epochs.reduce((sum, epoch) => sum + epoch.inputSeconds, 0);
  const step = run.epochs.reduce((sum, epoch) => sum + epoch.stepSeconds, 0);
  return wait + step > 0 ? { wait: wait / (wait + step), step: step / (wait + step) } : null;
}

/** Speed and memory, over the same axis as the large chart. */
export function SidePlots(props: SidePlotsProps) {
  const split = timeSplit(props.run);
  const shared = {
    sheet: () => epochSheet(props.runs),
    spans: props.spans.map((span) => ({ ...span, label: '', details: [] })),
    marks: [],
    from: 0,
    to: props.to,
    range: props.range,
    onRange: props.onRange,
    formatX: props.formatX,
    xLabel: props.xLabel,
    theme: props.theme,
    crosshair: props.crosshair,
    fromY: 0,
    save: props.save,
  };
  return (
    <div class="side">
      <LineFigure
        {...shared}
        title="images/s"
        fileName="images-per-second"
        label="Images a second by epoch"
        series={curves(props, (epoch) => epoch.imagesPerSecond)}
        formatY={rate}
        above={
          split === null ? null : (
            <div
              class="split"
              role="img"
              aria-label={`Time of training: ${percent(split.step)} steps, ${percent(split.wait)} waiting for images`}
            >
              <span class="muted">step</span>
              <span class="bar">
                <i style={{ width: `${split.step * 100}%`, background: props.theme.blue }} />
              </span>
              <span class="number">{percent(split.step)}</span>
              <span class="muted">waiting</span>
              <span class="bar">
                <i style={{ width: `${split.wait * 100}%`, background: props.theme.warning }} />
              </span>
              <span class="number">{percent(split.wait)}</span>
            </div>
          )
        }
      />
      <LineFigure
        {...shared}
        title="memory"
        fileName="memory"
        label="Memory of the training process by epoch"
        series={curves(props, (epoch) => epoch.rssBytes)}
        formatY={bytes}
        aside={
          props.run.memoryBytes === null ? null : <span class="muted">step about {bytes(props.run.memoryBytes)}</span>
        }
      />
    </div>
  );
}
