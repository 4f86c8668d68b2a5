import { useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import { ChartFrame } from '../charts/ChartFrame.tsx';
import { Crosshair } from '../charts/crosshair.ts';
import type { Range } from '../charts/range.ts';
import { LineFigure } from '../charts/LineFigure.tsx';
import { saver, type Save } from '../charts/save.ts';
import type { confusionMatrixBoundary, EvaluatedContent, ImageChoice } from '../protocol/confusionMatrix.ts';
import { Choices } from '../ui/choices.tsx';
import { Button } from '../ui/controls.tsx';
import { count, gainClass, gainSign, percent, percentNumber, points, pointsNumber } from '../ui/numbers.ts';
import type { PanelProps } from '../ui/panel.tsx';
import { useTheme, type Theme } from '../ui/theme.ts';
import { ChosenImages } from './ChosenImages.tsx';
import { ClassTable, classSortSchema } from './ClassTable.tsx';
import { calibrationError, classOrder, normalized, rowSums, worstPairs } from './matrixMaths.ts';
import { MatrixPlot, type Spot } from './MatrixPlot.tsx';
import { matrixSvg } from './matrixSvg.ts';

/** What a reader chose. */
export const confusionMatrixViewSchema = z.object({
  cells: z.enum(['counts', 'rows', 'columns', 'delta']),
  order: z.enum(['name', 'size', 'confusion']),
  choice: z
    .object({
      trueClass: z.number().nullable(),
      predictedClass: z.number().nullable(),
      against: z.enum(['any', 'fixed', 'broken']),
    })
    .nullable(),
  classSort: classSortSchema,
});
export type ConfusionMatrixView = z.output<typeof confusionMatrixViewSchema>;
export const defaultConfusionMatrixView: ConfusionMatrixView = {
  cells: 'counts',
  order: 'name',
  choice: null,
  classSort: { column: 'f1', down: false },
};

const orders = [
  { value: 'name', label: 'by name' },
  { value: 'size', label: 'by images' },
  { value: 'confusion', label: 'by mistakes' },
] as const;
const mostPairs = 8;

type Props = PanelProps<typeof confusionMatrixBoundary, ConfusionMatrixView>;

/** The panel: the matrix, or why there is none yet. */
export function ConfusionMatrix(props: Props) {
  const { title, content } = props.state;
  const { channel, ask } = props;
  if (content.kind === 'evaluated') return <Evaluated {...props} content={content} />;
  return (
    <main>
      <div class="empty">
        <h1>{content.kind === 'gone' ? 'This run is gone' : title}</h1>
        <p>{content.message}</p>
        {content.kind === 'gone' ? (
          <Button look="primary" onPress={() => ask(channel.request('restoreRun', {}))}>
            Restore Deleted Run
          </Button>
        ) : (
          <Button look="primary" onPress={() => ask(channel.request('openDashboard', {}))}>
            Open Dashboard
          </Button>
        )}
      </div>
    </main>
  );
}

function Evaluated({ state, content, channel, view, setView, ask }: Props & { content: EvaluatedContent }) {
  const theme = useTheme();
  const { classNames, run, delta } = content;
  const how = view.cells === 'delta' && !delta ? 'counts' : view.cells;
  const order = useMemo(() => classOrder(classNames, run.matrix, view.order), [classNames, run, view.order]);
  const cells = useMemo(() => {
    const source = how === 'delta' ? (delta?.matrix ?? []) : normalized(run.matrix, how);
    return order.map((row) => order.map((column) => source[row]?.[column] ?? 0));
  }, [run, delta, how, order]);
  const shares = useMemo(() => normalized(run.matrix, how === 'columns' ? 'columns' : 'rows'), [run, how]);
  const largest = Math.max(1, ...cells.flat().map(Math.abs));
  const sums = rowSums(run.matrix);
  const gain = delta ? delta.accuracyAfter - delta.accuracyBefore : null;
  const kinds = [
    { value: 'counts', label: 'images' },
    { value: 'rows', label: '% of true' },
    { value: 'columns', label: '% of predicted' },
    ...(delta ? [{ value: 'delta', label: `Δ ${delta.parentSize}` } as const] : []),
  ] as const;

  const save = saver(channel, ask);
  const choose = (choice: ImageChoice | null) => setView({ choice });
  const words = (row: number, column: number): string[] => {
    const [trueClass, predicted] = [order[row] ?? 0, order[column] ?? 0];
    const images = run.matrix[trueClass]?.[predicted] ?? 0;
    const share = (sums[trueClass] ?? 0) === 0 ? 0 : images / (sums[trueClass] ?? 1);
    const change = delta?.matrix[trueClass]?.[predicted];
    return [
      `true ${classNames[trueClass] ?? ''}`,
      `predicted ${classNames[predicted] ?? ''}`,
      `${count(images)} images, ${percent(share)} of the true`,
      ...(change === undefined ? [] : [`${signed(change)} to the parent`]),
    ];
  };
  const shade = (row: number, column: number) => {
    if (how !== 'delta') return theme.cell(shares[order[row] ?? 0]?.[order[column] ?? 0] ?? 0);
    const change = cells[row]?.[column] ?? 0;
    return theme.deltaCell(((row === column ? 1 : -1) * change) / largest);
  };
  const text = (value: number) =>
    how === 'counts' ? count(value) : how === 'delta' ? signed(value) : percentNumber(value);
  const spot: Spot | null =
    view.choice === null || (view.choice.trueClass === null && view.choice.predictedClass === null)
      ? null
      : {
          row: view.choice.trueClass === null ? null : order.indexOf(view.choice.trueClass),
          column: view.choice.predictedClass === null ? null : order.indexOf(view.choice.predictedClass),
        };
  const names = order.map((index) => classNames[index] ?? '');
  const pairs = worstPairs(run.matrix, mostPairs);
  const sheet = () => ({
    columns: ['true \\ predicted', ...names],
    rows: names.map((name, row) => [name, ...(cells[row] ?? [])]),
  });

  return (
    <main>
      <header class="spread">
        <h1>{state.title}</h1>
        <div class="row">
          <span title={`95 % interval ${percent(run.accuracyInterval[0])} to ${percent(run.accuracyInterval[1])}`}>
            val_accuracy <strong>{percent(run.accuracy)}</strong>
          </span>
          {delta ? (
            <>
              <span
                class={gainClass(gain)}
                title={`${percent(delta.accuracyBefore)} before, ${percent(delta.accuracyAfter)} now, on the ${count(delta.shared)} images that both stages judged`}
              >
                {gainSign(gain)}
                {points(gain)}
              </span>
              <span class="muted">on {count(delta.shared)} shared images</span>
              <Button
                label={`fixed ${count(delta.fixed)}: right now, wrong at ${delta.parentSize}`}
                onPress={() => choose({ trueClass: null, predictedClass: null, against: 'fixed' })}
              >
                fixed {count(delta.fixed)}
              </Button>
              <Button
                label={`broken ${count(delta.broken)}: wrong now, right at ${delta.parentSize}`}
                onPress={() => choose({ trueClass: null, predictedClass: null, against: 'broken' })}
              >
                broken {count(delta.broken)}
              </Button>
            </>
          ) : null}
        </div>
      </header>
      {content.withoutDelta === null ? null : <p class="muted">{content.withoutDelta}</p>}
      <div class="halves">
        <ChartFrame
          title="Confusion matrix"
          titleHidden
          fileName="confusion-matrix"
          aside={
            <>
              <Choices
                label="What the cells say"
                value={how}
                options={kinds}
                onChange={(value) => setView({ cells: value })}
              />
              <span class="muted">·</span>
              <Choices
                label="Order of the classes"
                value={view.order}
                options={orders}
                onChange={(value) => setView({ order: value })}
              />
            </>
          }
          sheet={sheet}
          format={(value, column) => (typeof value === 'number' && column > 0 ? text(value) : String(value ?? ''))}
          svg={() => matrixSvg({ title: state.title, names, cells, shade, format: text, colors: theme })}
          save={save}
        >
          <MatrixPlot
            label={`${state.title}: rows true, columns predicted`}
            names={names}
            cells={cells}
            shade={shade}
            text={text}
            words={words}
            chosen={spot}
            theme={theme}
            onChoose={({ row, column }) =>
              choose({
                trueClass: row === null ? null : (order[row] ?? null),
                predictedClass: column === null ? null : (order[column] ?? null),
                against: 'any',
              })
            }
          />
          <p class="muted">
            Rows true, columns predicted;{' '}
            {how === 'delta'
              ? 'green is more right or fewer mistakes than the parent, red the opposite'
              : `the shade is the share of the ${how === 'columns' ? 'column' : 'row'}`}
            . A click shows those images.
          </p>
        </ChartFrame>
        <div class="beside">
          {view.choice === null ? (
            <section aria-label="Worst pairs">
              <h2>Most often mistaken</h2>
              {pairs.length === 0 ? <p class="muted">Nothing was mistaken.</p> : null}
              <ul class="files">
                {pairs.map((pair) => (
                  <li key={`${pair.trueClass} ${pair.predictedClass}`}>
                    <button
                      type="button"
                      class="link name"
                      onClick={() =>
                        choose({ trueClass: pair.trueClass, predictedClass: pair.predictedClass, against: 'any' })
                      }
                    >
                      {classNames[pair.trueClass]} → {classNames[pair.predictedClass]}
                    </button>
                    <span class="number">{count(pair.count)}</span>
                    <span class="number muted">{percent(pair.share)}</span>
                  </li>
                ))}
              </ul>
            </section>
          ) : (
            <>
              <Button onPress={() => choose(null)}>Show Most Often Mistaken</Button>
              <ChosenImages channel={channel} choice={view.choice} classNames={classNames} stamp={content} ask={ask} />
            </>
          )}
          <Calibration title={`${state.title}: calibration`} content={content} theme={theme} save={save} />
        </div>
      </div>
      <ClassTable
        content={content}
        sort={view.classSort}
        onSort={(classSort) => setView({ classSort })}
        onChoose={(trueClass) => choose({ trueClass, predictedClass: null, against: 'any' })}
      />
    </main>
  );
}

/** A change of a count with its sign. */
function signed(change: number): string {
  return `${change > 0 ? '+' : change < 0 ? '−' : '±'}${count(Math.abs(change))}`;
}

/** Whether the model is as sure as it is right. */
function Calibration(props: { title: string; content: EvaluatedContent; theme: Theme; save: Save }) {
  const { title, content, theme, save } = props;
  const crosshair = useRef(new Crosshair()).current;
  const [range, setRange] = useState<Range>(null);
  const bins = content.run.calibration.filter((bin) => bin.count > 0);
  return (
    <LineFigure
      title="Calibration"
      pictureTitle={title}
      xLabel="confidence, %"
      fileName="calibration"
      aside={
        <span class="muted">
          {pointsNumber(calibrationError(content.run.calibration)).replace('+', '')} pt off on average
        </span>
      }
      sheet={() => ({
        columns: ['confidence', 'accuracy', 'images'],
        rows: bins.map((bin) => [bin.confidence, bin.accuracy, bin.count]),
      })}
      save={save}
      label="Share of right images by confidence; on the dotted line both are the same"
      series={[
        {
          id: 'even',
          label: '',
          color: theme.muted,
          dash: [2, 3],
          width: 1,
          connector: true,
          points: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        {
          id: 'bins',
          label: 'right, %',
          color: theme.blue,
          dash: [],
          width: 2,
          marker: 3,
          points: bins.map((bin) => ({ x: bin.confidence, y: bin.accuracy })),
        },
      ]}
      spans={[]}
      marks={[]}
      from={0}
      to={1}
      range={range}
      onRange={setRange}
      formatX={percentNumber}
      formatY={percentNumber}
      fromY={0}
      theme={theme}
      crosshair={crosshair}
    />
  );
}
