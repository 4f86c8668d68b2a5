import { useMemo, useRef, useState } from 'preact/hooks';
import { ChartFrame, type Save } from '../charts/ChartFrame.tsx';
import { chartSvg } from '../charts/chartSvg.ts';
import { Crosshair } from '../charts/crosshair.ts';
import { LineChart } from '../charts/LineChart.tsx';
import type { dashboardBoundary } from '../protocol/dashboard.ts';
import { Choices } from '../ui/choices.tsx';
import { Button } from '../ui/controls.tsx';
import { count, learningRate, measure, percentNumber, rate } from '../ui/numbers.ts';
import type { PanelProps } from '../ui/panel.tsx';
import { useTheme } from '../ui/theme.ts';
import { LogTail, PerClass } from './BelowTabs.tsx';
import type { DashboardView } from './dashboardView.ts';
import { ladderAxis, stageIndexOf } from './ladderAxis.ts';
import { epochSheet, ladderCurves, ladderMarks, ladderSpans } from './ladderCurves.ts';
import { Legend } from './Legend.tsx';
import { LadderStrip } from './LadderStrip.tsx';
import { SidePlots } from './SidePlots.tsx';
import { isLiveState, StatusLine } from './StatusLine.tsx';
import { useSteps } from './useSteps.ts';

const axes = [
  { value: 'epochs', label: 'epochs' },
  { value: 'steps', label: 'steps' },
  { value: 'minutes', label: 'minutes' },
  { value: 'images', label: 'images' },
] as const;
const metrics = [
  { value: 'accuracy', label: 'accuracy, %' },
  { value: 'loss', label: 'loss' },
  { value: 'learningRate', label: 'learning rate' },
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

const axisFormats = { epochs: rate, steps: count, minutes: rate, images: count };
const metricFormats = { accuracy: percentNumber, loss: measure, learningRate };
const metricTitles = { accuracy: 'accuracy, %', loss: 'loss', learningRate: 'learning rate' };

/** The live dashboard of one ladder. */
export function Dashboard(props: PanelProps<typeof dashboardBoundary, DashboardView>) {
  const { state, channel, view, setView, tell } = props;
  const theme = useTheme();
  const crosshair = useRef(new Crosshair()).current;
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const [, setSaved] = useState(0);
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
    pixels: canvas.current?.clientWidth ?? 800,
    tell,
  });

  const ask = (request: Promise<unknown>) => {
    request.then(
      () => setSaved((before) => before + 1),
      (error: unknown) => tell(error instanceof Error ? error.message : String(error)),
    );
  };
  const save: Save = (file) => ask(channel.request('save', file));

  if (current === null) {
    return (
      <main>
        <div class="empty">
          <h1>This ladder is gone</h1>
          <p>Its runs were deleted or moved away. What was deleted can be restored from the side panel for 30 days.</p>
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
  const formatX = axisFormats[view.axis];
  const formatY = metricFormats[view.metric];
  const { index, stages } = stageIndexOf(runs, current.size);
  const svg = () =>
    chartSvg({
      title: `${state.title}: ${metricTitles[view.metric]}`,
      xLabel: view.axis,
      series,
      spans,
      marks,
      from: range?.from ?? 0,
      to: range?.to ?? to,
      formatX,
      formatY,
      colors: {
        background: theme.background,
        foreground: theme.foreground,
        muted: theme.muted,
        grid: theme.grid,
        fontFamily: theme.fontFamily,
      },
    });

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
      <div class="plots">
        <ChartFrame
          title={metricTitles[view.metric]}
          titleHidden
          fileName={`${view.metric}-by-${view.axis}`}
          aside={
            <Choices
              label="What is drawn"
              value={view.metric}
              options={metrics}
              onChange={(metric) => setView({ metric })}
            />
          }
          sheet={() => epochSheet(runs)}
          svg={svg}
          canvas={() => canvas.current}
          save={save}
        >
          <LineChart
            label={`${metricTitles[view.metric]} of ${state.title} by ${view.axis}`}
            series={series}
            spans={spans}
            marks={marks}
            from={0}
            to={to}
            range={range}
            onRange={(next) => setView(next === null ? { range: null, chosen: null } : { range: next })}
            formatX={formatX}
            formatY={formatY}
            fromY={null}
            theme={theme}
            crosshair={crosshair}
            onCanvas={(element) => (canvas.current = element)}
          />
          <footer class="spread">
            <Choices
              label="Axis"
              value={view.axis}
              options={axes}
              onChange={(axis) => setView({ axis, range: null })}
            />
            <div class="row">
              <Choices
                label="Detail of the training curve"
                value={view.steps ? 'steps' : 'epochs'}
                options={[
                  { value: 'epochs', label: 'by epoch' },
                  { value: 'steps', label: 'step by step' },
                ]}
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
            </div>
          </footer>
          <Legend runs={runs} theme={theme} />
        </ChartFrame>
        <SidePlots
          runs={runs}
          run={current}
          places={places}
          spans={spans}
          to={to}
          range={range}
          onRange={(next) => setView({ range: next })}
          formatX={formatX}
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
