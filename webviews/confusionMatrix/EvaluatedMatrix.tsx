import { useMemo } from 'preact/hooks';
import { ChartFrame } from '../charts/ChartFrame.tsx';
import { MatrixChart } from '../charts/MatrixChart.tsx';
import type { Spot } from '../charts/matrixOptions.ts';
import { matrixSvg } from '../charts/matrixSvg.ts';
import { saver } from '../charts/save.ts';
import type { confusionMatrixBoundary, EvaluatedContent, ImageChoice } from '../protocol/confusionMatrix.ts';
import { Choices } from '../ui/choices.tsx';
import { Button } from '../ui/controls.tsx';
import { count, gainClass, gainSign, percent, percentNumber, points } from '../ui/numbers.ts';
import type { PanelProps } from '../ui/panel.tsx';
import { useTheme } from '../ui/theme.ts';
import { Calibration } from './Calibration.tsx';
import { ChosenImages } from './ChosenImages.tsx';
import { ClassTable } from './ClassTable.tsx';
import type { ConfusionMatrixView } from './confusionMatrixView.ts';
import { classOrder, normalized, rowSums } from './matrixMaths.ts';
import { WorstPairs } from './WorstPairs.tsx';

const orders = [
  { value: 'name', label: 'by name' },
  { value: 'size', label: 'by images' },
  { value: 'confusion', label: 'by mistakes' },
] as const;

type EvaluatedMatrixProps = PanelProps<typeof confusionMatrixBoundary, ConfusionMatrixView> & {
  content: EvaluatedContent;
};

/** The matrix of an evaluated run, and beside it what it comes to. */
export function EvaluatedMatrix({ state, content, channel, view, setView, ask }: EvaluatedMatrixProps) {
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
            <div class="row groups">
              <Choices
                label="What the cells say"
                value={how}
                options={kinds}
                onChange={(value) => setView({ cells: value })}
              />
              <Choices
                label="Order of the classes"
                value={view.order}
                options={orders}
                onChange={(value) => setView({ order: value })}
              />
            </div>
          }
          sheet={sheet}
          format={(value, column) => (typeof value === 'number' && column > 0 ? text(value) : String(value ?? ''))}
          svg={() => matrixSvg({ title: state.title, names, cells, shade, format: text, colors: theme })}
          save={save}
        >
          <MatrixChart
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
            <WorstPairs
              matrix={run.matrix}
              classNames={classNames}
              onChoose={(trueClass, predictedClass) => choose({ trueClass, predictedClass, against: 'any' })}
            />
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
