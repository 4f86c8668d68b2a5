import { Chart, LinearScale, Tooltip } from 'chart.js';
import { MatrixController, MatrixElement, type MatrixDataPoint } from 'chartjs-chart-matrix';
import { useEffect, useRef, useState } from 'preact/hooks';
import { cellText, refresh, type Matrix, type MatrixChartProps, type Spot } from './matrixOptions.ts';

Chart.register(LinearScale, MatrixController, MatrixElement, Tooltip);

/** The place under a point of the canvas: a cell, or a whole row or column where a name was met. */
function spotAt(chart: Matrix, names: number, offsetX: number, offsetY: number): Spot | null {
  const [x, y] = [chart.scales['x'], chart.scales['y']];
  if (!x || !y) return null;
  const column = Math.floor(((offsetX - x.left) / (x.right - x.left)) * names);
  const row = Math.floor(((offsetY - y.top) / (y.bottom - y.top)) * names);
  const inColumns = column >= 0 && column < names;
  const inRows = row >= 0 && row < names;
  if (inColumns && inRows) return { row, column };
  if (inRows && offsetX < x.left) return { row, column: null };
  return inColumns && (offsetY < y.top || offsetY > y.bottom) ? { row: null, column } : null;
}

/** The matrix as a picture that can be walked: arrows move, Home and End reach the whole row or column, Enter opens. */
export function MatrixChart(props: MatrixChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Matrix | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const [cursor, setCursor] = useState<Spot | null>(null);
  const [spoken, setSpoken] = useState('');

  useEffect(() => {
    if (!canvas.current) return;
    chart.current = new Chart<'matrix', MatrixDataPoint[], string>(canvas.current, {
      type: 'matrix',
      data: { datasets: [] },
      plugins: [cellText(newest)],
      options: { animation: false, responsive: true, maintainAspectRatio: false, layout: { padding: 2 } },
    });
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    if (chart.current) refresh(chart.current, props);
  });

  const say = (spot: Spot) => {
    setCursor(spot);
    if (spot.row !== null && spot.column !== null) setSpoken(props.words(spot.row, spot.column).join(', '));
    else if (spot.row !== null) setSpoken(`All images of ${props.names[spot.row] ?? ''}`);
    else if (spot.column !== null) setSpoken(`All images called ${props.names[spot.column] ?? ''}`);
  };
  const walk = (event: KeyboardEvent) => {
    const last = props.names.length - 1;
    const at = cursor ?? props.chosen ?? { row: 0, column: 0 };
    const move = (row: number, column: number) =>
      say({
        row: Math.min(last, Math.max(0, (at.row ?? 0) + row)),
        column: Math.min(last, Math.max(0, (at.column ?? 0) + column)),
      });
    switch (event.key) {
      case 'ArrowUp':
        move(-1, 0);
        break;
      case 'ArrowDown':
        move(1, 0);
        break;
      case 'ArrowLeft':
        move(0, -1);
        break;
      case 'ArrowRight':
        move(0, 1);
        break;
      case 'Home':
        say({ row: at.row ?? 0, column: null });
        break;
      case 'End':
        say({ row: null, column: at.column ?? 0 });
        break;
      case 'Enter':
      case ' ':
        props.onChoose(at);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const shown = cursor ?? props.chosen;

  return (
    <div class="plot matrix">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={`${props.label}. Arrow keys walk the cells, Home the row, End the column, Enter shows the images.`}
        onKeyDown={walk}
        onFocus={() => say(shown ?? { row: 0, column: 0 })}
        onBlur={() => setCursor(null)}
        onClick={(event) => {
          const spot = chart.current && spotAt(chart.current, props.names.length, event.offsetX, event.offsetY);
          if (spot) props.onChoose(spot);
        }}
      />
      <div class="hidden" aria-live="polite">
        {spoken}
      </div>
      {cursor === null ? null : (
        <div class="cursor-words muted" aria-hidden="true">
          {spoken}
        </div>
      )}
    </div>
  );
}
