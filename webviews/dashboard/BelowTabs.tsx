import { useEffect, useState } from 'preact/hooks';
import { SheetTable } from '../charts/ChartFrame.tsx';
import { runLabel } from '../ladder/runLooks.ts';
import type { dashboardBoundary, DashboardRun } from '../protocol/dashboard.ts';
import type { ViewChannel } from '../protocol/viewChannel.ts';
import { clock, count, percentNumber, pointsNumber } from '../ui/numbers.ts';
import { useAnswer } from '../ui/useAnswer.ts';

type Channel = ViewChannel<typeof dashboardBoundary>;

/** How often the log of a live run is read again. */
const logMs = 2000;

/** Recall of each class, one column a run, with the change against its parent. */
export function PerClass({ channel, runs }: { channel: Channel; runs: readonly DashboardRun[] }) {
  const runIds = runs.map((run) => run.runId);
  const states = runs.map((run) => run.state).join(' ');
  const { value, failure } = useAnswer(() => channel.request('perClass', { runIds }), runIds.join(' '), {
    again: states,
  });
  if (failure !== null) return <p>{failure}</p>;
  if (value === null) return <p class="muted">Reading …</p>;
  const evaluated = runs.flatMap((run) => value.filter((one) => one.runId === run.runId).map((one) => ({ run, one })));
  const classNames = evaluated.at(-1)?.one.classNames;
  if (!classNames) return <p class="muted">Each class has its figures here when a stage has been evaluated.</p>;
  const hasParent = ({ parentId }: DashboardRun) => evaluated.some(({ run }) => run.runId === parentId);
  const columns = evaluated.flatMap(({ run }) => {
    const label = runLabel(run, runs);
    return hasParent(run) ? [`${label} recall %`, `Δ ${label}, pt`] : [`${label} recall %`];
  });
  const rows = classNames.map((name, at) => {
    const cells = evaluated.flatMap(({ run, one }) => {
      const place = one.classNames.indexOf(name);
      const recall = one.recall[place] ?? null;
      return hasParent(run) ? [recall, one.change?.recall[place] ?? null] : [recall];
    });
    return [name, evaluated.at(-1)?.one.support[at] ?? null, ...cells];
  });
  const format = (cell: string | number | null, column: number) => {
    if (typeof cell === 'string') return cell;
    if (column === 1) return count(cell);
    return columns[column - 2]?.startsWith('Δ') === true ? pointsNumber(cell) : percentNumber(cell);
  };
  const shared = evaluated.flatMap(({ run, one }) =>
    one.change ? [`${count(one.change.shared)} at ${runLabel(run, runs)}`] : [],
  );
  return (
    <>
      <SheetTable
        title="Recall of each class"
        sheet={{ columns: ['class', 'images', ...columns], rows }}
        format={format}
      />
      {shared.length === 0 ? null : (
        <p class="muted">Δ is against the parent, on the images that both judged: {shared.join(', ')}.</p>
      )}
    </>
  );
}

/** The last lines of a run's log. */
export function LogTail({ channel, run, live }: { channel: Channel; run: DashboardRun; live: boolean }) {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => setTick((before) => before + 1), logMs);
    return () => clearInterval(timer);
  }, [live]);
  const { value, failure } = useAnswer(() => channel.request('readLog', { runId: run.runId }), run.runId, {
    again: `${run.state} ${tick}`,
  });
  if (failure !== null && value === null) return <p>{failure}</p>;
  if (value === null) return <p class="muted">Reading …</p>;
  if (value.length === 0) return <p class="muted">What the run says stands here.</p>;
  return (
    <div class="log" role="log" tabIndex={0} aria-label={`Log of stage ${run.size}`}>
      {value.map((line, index) => (
        <div key={index} class={line.level}>
          <time class="muted">{clock(line.time)}</time>
          {line.level === 'information' ? null : (
            <span class={`codicon codicon-${line.level}`} role="img" aria-label={line.level} />
          )}
          <span>{line.text}</span>
        </div>
      ))}
    </div>
  );
}
