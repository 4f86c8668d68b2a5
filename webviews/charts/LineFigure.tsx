import type { ComponentChildren } from 'preact';
import { ChartFrame } from './ChartFrame.tsx';
import { chartSvg } from './chartSvg.ts';
import { LineChart } from './LineChart.tsx';
import type { LineChartProps } from './lineOptions.ts';
import type { Save } from './save.ts';
import type { Sheet } from './sheet.ts';

interface LineFigureProps extends LineChartProps {
  title: string;
  /** Under which the panel keeps whether it is shown as a table; the title where left out. */
  name?: string;
  /** Where what stands beside it says the same. */
  titleHidden?: boolean;
  /** Over a saved picture, where it says more than the title in the panel. */
  pictureTitle?: string;
  /** What the axis counts, for the saved picture. */
  xLabel: string;
  aside?: ComponentChildren;
  fileName: string;
  sheet: () => Sheet;
  save: Save;
  /** Over the curves. */
  above?: ComponentChildren;
  /** Under the curves. */
  children?: ComponentChildren;
}

/** Curves in their frame: with a table twin, and saved as what is shown of them. */
export function LineFigure(props: LineFigureProps) {
  const {
    title,
    name = title,
    titleHidden,
    pictureTitle,
    xLabel,
    aside,
    fileName,
    sheet,
    save,
    above,
    children,
    ...chart
  } = props;
  const { series, spans, marks, formatX, formatY, fromY, limitsY, theme, range, from, to } = chart;
  const shown = range ?? { from, to };
  const svg = () =>
    chartSvg({
      title: pictureTitle ?? title,
      ...{ xLabel, series, spans, marks, ...shown, formatX, formatY, fromY, colors: theme },
      ...(limitsY ? { limitsY } : {}),
    });
  return (
    <ChartFrame
      title={title}
      name={name}
      titleHidden={titleHidden === true}
      aside={aside}
      fileName={fileName}
      sheet={sheet}
      svg={svg}
      save={save}
    >
      {above}
      <LineChart {...chart} />
      {children}
    </ChartFrame>
  );
}
