import { useRef } from 'preact/hooks';
import { Crosshair } from '../charts/crosshair.ts';
import { saver } from '../charts/save.ts';
import { csvOf, markdownOf, type Sheet } from '../charts/sheet.ts';
import { ladderAxis } from '../ladder/ladderAxis.ts';
import { ladderCurves } from '../ladder/ladderCurves.ts';
import { LadderFigure } from '../ladder/LadderFigure.tsx';
import { runLabel } from '../ladder/runLooks.ts';
import type { compareRunsBoundary, CompareRunsState } from '../protocol/compareRuns.ts';
import { Button } from '../ui/controls.tsx';
import { count } from '../ui/numbers.ts';
import type { PanelProps } from '../ui/panel.tsx';
import { useTheme } from '../ui/theme.ts';
import type { CompareRunsView } from './compareRunsView.ts';
import { MetricTable } from './MetricTable.tsx';

/** Order of the runs as columns: pinned first, then by the chosen metric; what has no value comes last. Pure. */
export function runOrder(state: CompareRunsState, view: Pick<CompareRunsView, 'pinned' | 'sort'>): number[] {
  const values = state.metrics.find(({ name }) => name === view.sort?.metric)?.values ?? [];
  const rank = (index: number) => (view.pinned.includes(state.runs[index]?.runId ?? '') ? 0 : 1);
  const value = (index: number) => {
    const found = values[index];
    return found == null || Number.isNaN(found) ? null : found;
  };
  return state.runs
    .map((_, index) => index)
    .sort((a, b) => {
      if (rank(a) !== rank(b)) return rank(a) - rank(b);
      const [first, second] = [value(a), value(b)];
      if (first === null || second === null) return first === second ? a - b : first === null ? 1 : -1;
      return (view.sort?.down === true ? second - first : first - second) || a - b;
    });
}

/** Runs side by side: curves over one another, figures, what was set differently, where they disagree. */
export function CompareRuns({
  state,
  channel,
  view,
  setView,
  ask,
}: PanelProps<typeof compareRunsBoundary, CompareRunsView>) {
  const theme = useTheme();
  const crosshair = useRef(new Crosshair()).current;
  const { runs, disagreement } = state;

  if (runs.length === 0) {
    return (
      <main>
        <div class="empty">
          <h1>These runs are gone</h1>
          <p>They were deleted or moved away. What was deleted can be restored for 30 days.</p>
          <Button look="primary" onPress={() => ask(channel.request('restoreRun', {}))}>
            Restore Deleted Run
          </Button>
        </div>
      </main>
    );
  }

  const places = ladderAxis(runs, view.axis);
  const to = Math.max(0, ...[...places.values()].map((place) => place.to));
  const series = ladderCurves({ runs, metric: view.metric, axis: view.axis, theme, smoothing: 0 });
  const order = runOrder(state, view);
  const labels = order.map((index) => {
    const run = runs[index];
    return run ? runLabel(run, runs) : '';
  });
  const settings = state.differences.map(({ setting, values }) => ({ name: setting, values }));
  /** What is copied: the figures that are shown, and what was set differently. */
  const sheet = (): Sheet => ({
    columns: ['metric', ...labels],
    rows: [...state.metrics.filter(({ name }) => !view.hidden.includes(name)), ...settings].map(({ name, values }) => [
      name,
      ...order.map((index) => values[index] ?? null),
    ]),
  });
  const gone = state.target.runIds.length - runs.length;
  const against = runs.find(({ runId }) => runId === state.against);

  return (
    <main>
      <header class="spread">
        <h1>{state.title}</h1>
        <div class="row">
          <Button onPress={() => ask(channel.request('copy', { text: markdownOf(sheet()) }))}>Copy as Markdown</Button>
          <Button onPress={() => ask(channel.request('copy', { text: csvOf(sheet()) }))}>Copy as CSV</Button>
        </div>
      </header>
      {gone > 0 ? (
        <div class="row">
          <span class="muted">{gone === 1 ? '1 chosen run is' : `${count(gone)} chosen runs are`} gone.</span>
          <Button onPress={() => ask(channel.request('restoreRun', {}))}>Restore Deleted Run</Button>
        </div>
      ) : null}
      <LadderFigure
        title={state.title}
        fileName={(metric) => `compare-${metric}`}
        runs={runs}
        series={series}
        spans={[]}
        marks={[]}
        empty="The curves begin when one of these runs has finished an epoch."
        to={to}
        metric={view.metric}
        onMetric={(metric) => setView({ metric })}
        axis={view.axis}
        onAxis={(axis) => setView({ axis, range: null })}
        range={view.range}
        onRange={(range) => setView({ range })}
        theme={theme}
        crosshair={crosshair}
        save={saver(channel, ask)}
      />
      <MetricTable
        state={state}
        order={order}
        labels={labels}
        theme={theme}
        view={view}
        setView={setView}
        onMatrix={(runId) => ask(channel.request('openConfusionMatrix', { runId }))}
      />
      <section class="twos">
        <div>
          <h2>Set differently</h2>
          {state.differences.length === 0 ? (
            <p class="muted">All settings are the same.</p>
          ) : (
            <div class="table" tabIndex={0} role="region" aria-label="Settings that differ">
              <table>
                <thead>
                  <tr>
                    <th scope="col">setting</th>
                    {labels.map((label, at) => (
                      <th scope="col" key={at}>
                        {label}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {state.differences.map(({ setting, values }) => (
                    <tr key={setting}>
                      <th scope="row">{setting}</th>
                      {order.map((index) => (
                        <td key={index} class="name">
                          {values[index] ?? '–'}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
        {state.confusionDeltas.length === 0 ? null : (
          <div>
            <h2>Mistakes against {against ? runLabel(against, runs) : ''}</h2>
            {state.confusionDeltas.map((delta) => {
              const run = runs.find(({ runId }) => runId === delta.runId);
              return (
                <div key={delta.runId} class="delta">
                  <p>
                    {run ? runLabel(run, runs) : delta.runId}: <span class="good">▲ fixed {count(delta.fixed)}</span>{' '}
                    <span class="bad">▼ broken {count(delta.broken)}</span>
                  </p>
                  <ul class="plain">
                    {delta.pairs.map((pair) => (
                      <li key={`${pair.trueClass}\0${pair.predicted}`}>
                        <span class="name">
                          {pair.trueClass} → {pair.predicted}
                        </span>
                        <span class={`number ${pair.change < 0 ? 'good' : 'bad'}`}>
                          {pair.change < 0 ? `▲ ${count(-pair.change)} fewer` : `▼ ${count(pair.change)} more`}
                        </span>
                      </li>
                    ))}
                  </ul>
                </div>
              );
            })}
          </div>
        )}
      </section>
      <section>
        <div class="spread">
          <h2>
            {disagreement === null
              ? 'Disagreement'
              : `They disagree on ${count(disagreement.total)} of ${count(disagreement.shared)} images`}
          </h2>
          {disagreement === null || disagreement.total === 0 ? null : (
            <Button onPress={() => ask(channel.request('openDisagreed', {}))}>Show in Gallery</Button>
          )}
        </div>
        {disagreement !== null && disagreement.total > disagreement.images.length ? (
          <p class="muted">The first {count(disagreement.images.length)} stand here; the gallery shows all.</p>
        ) : null}
        {disagreement === null ? (
          <p class="muted">Stands here when all of these runs were evaluated.</p>
        ) : (
          <div class="table images" tabIndex={0} role="region" aria-label="Images on which the runs disagree">
            <table>
              <thead>
                <tr>
                  <th scope="col">image</th>
                  <th scope="col">true</th>
                  {labels.map((label, at) => (
                    <th scope="col" key={at}>
                      {label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {disagreement.images.map((image) => (
                  <tr key={image.file}>
                    <th scope="row" class="name">
                      {image.file}
                    </th>
                    <td class="name">{image.trueClass}</td>
                    {order.map((index) => (
                      <td key={index} class={image.right[index] === true ? 'good' : 'bad'}>
                        {image.right[index] === true ? '✓' : '✗'} {image.predicted[index]}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </main>
  );
}
