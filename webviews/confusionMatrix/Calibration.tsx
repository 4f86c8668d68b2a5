import { useRef, useState } from 'preact/hooks';
import { Crosshair } from '../charts/crosshair.ts';
import { LineFigure } from '../charts/LineFigure.tsx';
import type { Range } from '../charts/range.ts';
import type { Save } from '../charts/save.ts';
import type { EvaluatedContent } from '../protocol/confusionMatrix.ts';
import { percentNumber, pointsNumber } from '../ui/numbers.ts';
import type { Theme } from '../ui/theme.ts';
import { calibrationError } from './matrixMaths.ts';

/** Whether the model is as sure as it is right. */
export function Calibration(props: { title: string; content: EvaluatedContent; theme: Theme; save: Save }) {
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
        <span class="muted" title="Mean distance of confidence and accuracy, weighed by images">
          off by {pointsNumber(calibrationError(content.run.calibration)).replace('+', '')} pt
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
