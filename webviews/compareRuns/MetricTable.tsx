import { stageOf } from '../ladder/runLooks.ts';
import type { CompareRunsState } from '../protocol/compareRuns.ts';
import { Checkbox } from '../ui/controls.tsx';
import { bytes, count, duration, measure, percentNumber, pointsNumber, rate } from '../ui/numbers.ts';
import { Rungs } from '../ui/rungs.tsx';
import type { Theme } from '../ui/theme.ts';
import type { CompareRunsView } from './compareRunsView.ts';

type Metric = CompareRunsState['metrics'][number];
/** The unit stands once, in the head of the row. */
const formats = { percent: percentNumber, points: pointsNumber, measure, count, duration, rate, bytes };

/** Which of the values is best; −1 where none is, or all are the same. */
export function bestOf({ values, better }: Pick<Metric, 'values' | 'better'>): number {
  if (better === null) return -1;
  let best = -1;
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) return;
    const before = values[best] ?? null;
    if (before === null || (better === 'higher' ? value > before : value < before)) best = index;
  });
  const known = values.filter((value) => value !== null);
  return new Set(known).size > 1 ? best : -1;
}

interface MetricTableProps {
  state: CompareRunsState;
  /** Indexes of the runs in the order of the columns, and what they are called. */
  order: readonly number[];
  labels: readonly string[];
  theme: Theme;
  view: CompareRunsView;
  setView: (change: Partial<CompareRunsView>) => void;
  onMatrix: (runId: string) => void;
}

/** Figures of runs, best marked; a click on a metric orders the runs by it, a pin keeps a run first. */
export function MetricTable({ state, order, labels, theme, view, setView, onMatrix }: MetricTableProps) {
  const { runs, metrics } = state;
  return (
    <section>
      <div class="table" tabIndex={0} role="region" aria-label="Metrics of the runs">
        <table class="metrics">
          <thead>
            <tr>
              <th scope="col">metric</th>
              {order.map((index, at) => {
                const run = runs[index];
                if (!run) return null;
                const { index: stage, stages } = stageOf(run);
                const pinned = view.pinned.includes(run.runId);
                return (
                  <th key={run.runId} scope="col" class="number">
                    <span class="run">
                      <Rungs index={stage} stages={stages} theme={theme} />
                      <button
                        type="button"
                        class="head name"
                        title={`Show the confusion matrix of ${labels[at] ?? ''}`}
                        onClick={() => onMatrix(run.runId)}
                      >
                        {labels[at]}
                      </button>
                      <button
                        type="button"
                        class={`head codicon codicon-${pinned ? 'pinned' : 'pin'}`}
                        aria-label={`Pin ${labels[at] ?? ''}`}
                        aria-pressed={pinned}
                        onClick={() =>
                          setView({
                            pinned: pinned ? view.pinned.filter((id) => id !== run.runId) : [...view.pinned, run.runId],
                          })
                        }
                      />
                    </span>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {metrics
              .filter(({ name }) => !view.hidden.includes(name))
              .map((metric) => {
                const best = bestOf(metric);
                const sorted = view.sort?.metric === metric.name ? view.sort : null;
                return (
                  <tr key={metric.name}>
                    <th scope="row">
                      <button
                        type="button"
                        class="head"
                        title={`Order the runs by ${metric.name}`}
                        onClick={() =>
                          setView({
                            sort: { metric: metric.name, down: sorted ? !sorted.down : metric.better !== 'lower' },
                          })
                        }
                      >
                        {metric.name}
                        {sorted ? (sorted.down ? ' ←' : ' →') : ''}
                      </button>
                      {metric.unit === null ? null : <span class="muted">, {metric.unit}</span>}
                    </th>
                    {order.map((index) => {
                      const value = metric.values[index] ?? null;
                      const otherImages = metric.format === 'points' && runs[index]?.otherImages === true;
                      const interval = metric.name === 'val_accuracy' ? runs[index]?.accuracyInterval : null;
                      const hover = interval
                        ? `95 % interval ${percentNumber(interval[0])} to ${percentNumber(interval[1])}`
                        : undefined;
                      return (
                        <td key={index} class={`number ${index === best ? 'best' : ''}`} title={hover}>
                          {index === best ? (
                            <span class="good" role="img" aria-label="best">
                              ▲
                            </span>
                          ) : null}{' '}
                          {value === null && otherImages ? 'other images' : formats[metric.format](value)}
                        </td>
                      );
                    })}
                  </tr>
                );
              })}
          </tbody>
        </table>
      </div>
      <details>
        <summary>Choose metrics</summary>
        <div class="row">
          {metrics.map(({ name }) => (
            <Checkbox
              key={name}
              label={name}
              checked={!view.hidden.includes(name)}
              onChange={(on) =>
                setView({ hidden: on ? view.hidden.filter((hidden) => hidden !== name) : [...view.hidden, name] })
              }
            />
          ))}
        </div>
      </details>
    </section>
  );
}
