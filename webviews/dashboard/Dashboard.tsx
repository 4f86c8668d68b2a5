import { useMemo, useRef } from 'preact/hooks';
import { Crosshair } from '../charts/crosshair.ts';
import { saver } from '../charts/save.ts';
import type { dashboardBoundary } from '../protocol/dashboard.ts';
import { Choices } from '../ui/choices.tsx';
import { Button } from '../ui/controls.tsx';
import type { PanelProps } from '../ui/panel.tsx';
import { useTheme } from '../ui/theme.ts';
import { LogTail, PerClass } from './BelowTabs.tsx';
import type { DashboardView } from './dashboardView.ts';
import { ladderAxis } from '../ladder/ladderAxis.ts';
import { ladderCurves, ladderMarks, ladderSpans } from '../ladder/ladderCurves.ts';
import { axisFormats, LadderFigure } from '../ladder/LadderFigure.tsx';
import { stageOf } from '../ladder/runLooks.ts';
import { LadderStrip } from './LadderStrip.tsx';
import { SidePlots } from './SidePlots.tsx';
import { isLiveState, StatusLine } from './StatusLine.tsx';
import { useSteps } from './useSteps.ts';

const details = [
  { value: 'epochs', label: 'by epoch' },
  { value: 'steps', label: 'step by step' },
] as const;
const smoothings = [
  { value: '0', label: 'not smoothed' },
  { value: '0.6', label: 'smoothed' },
  { value: '0.9', label: 'smooth' },
] as const;
const below = [
  { value: 'perClass', label: 'per class' },
  { value: 'log', label: 'log' },
] as const;

/** The live dashboard of one ladder. */
export function Dashboard(props: PanelProps<typeof dashboardBoundary, DashboardView>) {
  const { state, channel, view, setView, tell, ask } = props;
  const save = saver(channel, ask);
  const theme = useTheme();
  const crosshair = useRef(new Crosshair()).current;
  const plots = useRef<HTMLDivElement>(null);
  const { runs } = state;
  const places = useMemo(() => ladderAxis(runs, view.axis), [runs, view.axis]);
  const to = Math.max(0, ...[...places.values()].map((place) => place.to));
  const chosenRun = runs.find((run) => run.runId === view.chosen) ?? null;
  const current = chosenRun ?? runs.find((run) => isLiveState(run.state)) ?? runs.at(-1) ?? null;
  const chosenPlace = chosenRun && places.get(chosenRun.runId);
  const range =
    view.range ??
    (chosenPlace && chosenPlace.to > chosenPlace.from ? { from: chosenPlace.from, to: chosenPlace.to } : null);
  const steps = useSteps({
    channel,
    runs,
    places,
    metric: view.metric === 'learningRate' || !view.steps ? null : view.metric,
    from: range?.from ?? 0,
    to: range?.to ?? to,
    pixels: plots.current?.querySelector('canvas')?.clientWidth ?? 800,
    tell,
  });

  if (current === null) {
    return (
      <main>
        <div class="empty">
          <h1>This ladder is gone</h1>
          <p>Its runs were deleted or moved away. What was deleted can be restored for 30 days.</p>
          <Button look="primary" onPress={() => ask(channel.request('restoreRun', {}))}>
            Restore Deleted Run
          </Button>
        </div>
      </main>
    );
  }

  const series = ladderCurves({
    runs,
    metric: view.metric,
    axis: view.axis,
    theme,
    smoothing: Number(view.smoothing),
    ...(steps.size > 0 ? { steps } : {}),
  });
  const spans = ladderSpans(runs, view.axis, theme);
  const marks = ladderMarks(runs, view.axis, theme);
  const { index, stages } = stageOf(current);

  return (
    <main>
      <header class="spread">
        <h1>{state.title}</h1>
        <StatusLine
          run={current}
          place={index + 1}
          of={stages}
          trusted={state.trusted}
          onStop={() => ask(channel.request('stop', { runId: current.runId }))}
          onNext={() => ask(channel.request('trainNextStage', { runId: current.runId }))}
        />
      </header>
      {current.message === null ? null : (
        <p class={current.state === 'failed' ? 'bad message' : 'muted message'}>{current.message}</p>
      )}
      <LadderStrip
        runs={runs}
        chosen={view.chosen}
        theme={theme}
        onChoose={(chosen) => setView({ chosen, range: null })}
      />
      <div class="plots" ref={plots}>
        <LadderFigure
          title={state.title}
          fileName={(metric, axis) => `${metric}-by-${axis}`}
          runs={runs}
          series={series}
          steps={steps.size > 0 ? steps : null}
          spans={spans}
          marks={marks}
          empty={
            runs.some(({ state }) => isLiveState(state))
              ? 'The curves begin when the first epoch is done.'
              : 'No epoch was finished, so there are no curves.'
          }
          to={to}
          metric={view.metric}
          onMetric={(metric) => setView({ metric })}
          axis={view.axis}
          onAxis={(axis) => setView({ axis, range: null })}
          range={range}
          onRange={(next) => setView(next === null ? { range: null, chosen: null } : { range: next })}
          theme={theme}
          crosshair={crosshair}
          save={save}
        >
          <Choices
            label="Detail of the training curve"
            value={view.steps ? 'steps' : 'epochs'}
            options={details}
            onChange={(detail) => setView({ steps: detail === 'steps' })}
          />
          <Choices
            label="Smoothing"
            value={view.smoothing}
            options={smoothings}
            onChange={(smoothing) => setView({ smoothing })}
          />
          {range === null ? null : (
            <Button
              icon="zoom-out"
              label="Show the whole ladder"
              look="icon"
              onPress={() => setView({ range: null, chosen: null })}
            />
          )}
        </LadderFigure>
        <SidePlots
          runs={runs}
          run={current}
          places={places}
          spans={spans}
          to={to}
          range={range}
          onRange={(next) => setView({ range: next })}
          formatX={axisFormats[view.axis]}
          xLabel={view.axis}
          theme={theme}
          crosshair={crosshair}
          save={save}
        />
      </div>
      {current.warnings.length === 0 ? null : (
        <ul class="warnings" aria-label="Warnings">
          {current.warnings.slice(-3).map((warning, at) => (
            <li key={at}>
              <span class="codicon codicon-warning" aria-hidden="true" /> {warning}
            </li>
          ))}
        </ul>
      )}
      <section>
        <div class="spread">
          <Choices
            role="tab"
            label="Below the curves"
            value={view.below}
            options={below}
            onChange={(tab) => setView({ below: tab })}
          />
          <div class="row">
            <Button
              look="secondary"
              onPress={() => ask(channel.request('openConfusionMatrix', { runId: current.runId }))}
            >
              Show Confusion Matrix
            </Button>
            <Button
              look="secondary"
              onPress={() => ask(channel.request('openHardestImages', { runId: current.runId }))}
            >
              Show Hardest Images
            </Button>
          </div>
        </div>
        <div role="tabpanel" aria-label={view.below === 'log' ? 'log' : 'per class'} class="below">
          {view.below === 'log' ? (
            <LogTail channel={channel} run={current} live={isLiveState(current.state)} />
          ) : (
            <PerClass channel={channel} runs={runs} />
          )}
        </div>
      </section>
    </main>
  );
}
