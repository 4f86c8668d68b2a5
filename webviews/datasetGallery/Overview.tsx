import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { barsSvg } from '../charts/barsSvg.ts';
import { ChartFrame } from '../charts/ChartFrame.tsx';
import { Crosshair } from '../charts/crosshair.ts';
import type { Range } from '../charts/range.ts';
import { LineFigure } from '../charts/LineFigure.tsx';
import { LineSign } from '../charts/LineSign.tsx';
import type { Save } from '../charts/save.ts';
import type { Series } from '../charts/series.ts';
import type { Distribution } from '../../trainer/protocol/scan.ts';
import type { ScannedContent } from '../protocol/datasetGallery.ts';
import { Button } from '../ui/controls.tsx';
import { count, percent } from '../ui/numbers.ts';
import type { Theme } from '../ui/theme.ts';
import { classCounts, smallerThan, type ImageTable } from './imageTable.ts';
import { Thumbnail } from './Thumbnail.tsx';

const randomImages = 25;
const gridFirstMs = 100;

/** Some of `total` indexes, each at most once. `random` gives numbers from 0 to below 1. */
export function sampleOf(total: number, most: number, random: () => number): number[] {
  const chosen = new Set<number>();
  const wanted = Math.min(total, most);
  while (chosen.size < wanted) chosen.add(Math.floor(random() * total));
  return [...chosen];
}

interface OverviewProps {
  content: ScannedContent;
  table: ImageTable;
  theme: Theme;
  save: Save;
  onClass: (className: string) => void;
  /** Shows the images that are smaller than a size. */
  onSmaller: (size: number) => void;
}

/** The three pictures that a data set is looked at by: random images, images a class, and the sizes of images. */
export function Overview({ content, table, theme, save, onClass, onSmaller }: OverviewProps) {
  // The grid's pictures come first: then the many sheets of the random ones are loaded, and the curves drawn.
  const [begun, setBegun] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setBegun(true), gridFirstMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="overview">
      <RandomImages content={content} table={table} begun={begun} />
      <ClassBalance table={table} theme={theme} save={save} onClass={onClass} />
      <Sizes content={content} table={table} theme={theme} save={save} waits={!begun} onSmaller={onSmaller} />
    </div>
  );
}

function RandomImages({ content, table, begun }: Pick<OverviewProps, 'content' | 'table'> & { begun: boolean }) {
  const [round, setRound] = useState(0);
  const sample = useMemo(() => sampleOf(table.length, randomImages, Math.random), [table.files, round]);
  return (
    <section aria-label="Random images">
      <header class="spread">
        <h2>{count(sample.length)} random images</h2>
        <Button look="icon" icon="refresh" label="Show other images" onPress={() => setRound(round + 1)} />
      </header>
      <ul class="random">
        {sample.map((index) => (
          <li key={index} title={table.files[index] ?? ''} aria-label={table.files[index] ?? ''}>
            {begun ? <Thumbnail table={table} index={index} atlas={content.atlas} side={52} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function ClassBalance({ table, theme, save, onClass }: Pick<OverviewProps, 'table' | 'theme' | 'save' | 'onClass'>) {
  const counts = useMemo(() => classCounts(table).sort((a, b) => b.images - a.images), [table]);
  const most = Math.max(1, ...counts.map(({ images }) => images));
  return (
    <ChartFrame
      title="Images a class"
      fileName="images-per-class"
      sheet={() => ({ columns: ['class', 'images'], rows: counts.map(({ name, images }) => [name, images]) })}
      svg={() =>
        barsSvg({
          title: 'Images a class',
          bars: counts.map(({ name, images }) => ({ name, value: images })),
          color: theme.blue,
          format: count,
          colors: theme,
        })
      }
      save={save}
    >
      <div class="balance" tabIndex={0} role="region" aria-label="Images a class, bars">
        {counts.map(({ name, images }) => (
          <button key={name} type="button" class="balance-row" title={`Show ${name}`} onClick={() => onClass(name)}>
            <span class="name">{name}</span>
            <span class="bar">
              <i style={{ width: `${(images / most) * 100}%` }} />
            </span>
            <span class="number">{count(images)}</span>
          </button>
        ))}
      </div>
    </ChartFrame>
  );
}

function density(spread: Distribution, id: string, color: string, dash: number[]): Series {
  const total = spread.counts.reduce((sum, images) => sum + images, 0);
  const points = spread.counts.map((images, at) => ({
    x: ((spread.edges[at] ?? 0) + (spread.edges[at + 1] ?? spread.edges[at] ?? 0)) / 2,
    y: total === 0 ? 0 : images / total,
  }));
  return { id, label: `${id}, % of images`, color, dash, width: 1.5, points };
}

/** The bins of both distributions, each where its own edges are: they need not be the same. Pure. */
export function sizeRows(width: Distribution, height: Distribution): (number | null)[][] {
  const bins = new Map<string, (number | null)[]>();
  [width, height].forEach(({ counts, edges }, column) =>
    counts.forEach((images, at) => {
      const [from, to] = [edges[at] ?? null, edges[at + 1] ?? null];
      const row = bins.get(`${from} ${to}`) ?? [from, to, 0, 0];
      row[2 + column] = images;
      bins.set(`${from} ${to}`, row);
    }),
  );
  return [...bins.values()].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

function Sizes({ content, table, theme, save, waits, onSmaller }: Omit<OverviewProps, 'onClass'> & { waits: boolean }) {
  const crosshair = useRef(new Crosshair()).current;
  const [range, setRange] = useState<Range>(null);
  const { width, height, side, suggestedSizes, sizes } = content;
  const series = [density(width, 'width', theme.blue, []), density(height, 'height', theme.foreground, [4, 3])];
  const to = Math.max(1, width.edges.at(-1) ?? 1, height.edges.at(-1) ?? 1);
  const small = useMemo(() => smallerThan(table, sizes), [table, sizes]);
  return (
    <LineFigure
      title="Width and height"
      waits={waits}
      xLabel="pixels"
      fileName="image-sizes"
      sheet={() => ({
        columns: ['from px', 'to px', 'images by width', 'images by height'],
        rows: sizeRows(width, height),
      })}
      save={save}
      label="How many images have which width and height"
      series={series}
      spans={[]}
      marks={[
        { x: side.peak, label: `peak ${count(side.peak)} px`, kind: 'best', color: theme.foreground },
        ...suggestedSizes.map((size) => ({
          x: size,
          label: String(size),
          kind: 'learningRate' as const,
          color: theme.muted,
        })),
      ]}
      from={0}
      to={to}
      range={range}
      onRange={setRange}
      formatX={count}
      formatY={percent}
      fromY={0}
      theme={theme}
      crosshair={crosshair}
    >
      <ul class="legend" aria-label="Legend">
        {series.map((one) => (
          <li key={one.id}>
            <LineSign {...one} /> {one.id}
          </li>
        ))}
      </ul>
      <p>{suggestedSizes.length > 0 ? `Sizes that suit these images: ${suggestedSizes.join(', ')} px.` : ''}</p>
      {small.every((images) => images === 0) ? null : (
        <p>
          Too small of {count(table.taking)}:{' '}
          {sizes.map((size, at) => (
            <span key={size}>
              {at === 0 ? '' : ' · '}
              {(small[at] ?? 0) === 0 ? (
                <span class="muted">none for {size} px</span>
              ) : (
                <button type="button" class="link" onClick={() => onSmaller(size)}>
                  {count(small[at] ?? 0)} for {size} px
                </button>
              )}
            </span>
          ))}
        </p>
      )}
    </LineFigure>
  );
}
