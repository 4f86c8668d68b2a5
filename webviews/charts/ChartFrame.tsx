import type { ComponentChildren } from 'preact';
import { Button } from '../ui/controls.tsx';
import { count } from '../ui/numbers.ts';
import { useAsTable } from '../ui/tables.ts';
import type { Save } from './save.ts';
import { csvOf, type Sheet } from './sheet.ts';
import { svgPng } from './svgPng.ts';

interface ChartFrameProps {
  title: string;
  /** Under which the panel keeps whether it is shown as a table, where the title changes; the title itself where left out. */
  name?: string;
  /** Where what stands beside it says the same. */
  titleHidden?: boolean;
  /** Beside the title: choices, a figure. */
  aside?: ComponentChildren;
  /** Name of saved files, without extension. */
  fileName: string;
  sheet: () => Sheet;
  /** The sheet as people read it: each cell as text. */
  format?: (value: string | number | null, column: number) => string;
  /** The chart as a picture that can be read by itself; PNG is made of it too. */
  svg: () => string;
  save: Save;
  children: ComponentChildren;
}

/** The longest table that is drawn; the whole stands in the CSV. */
const mostRows = 500;

/** The frame of every chart: its title, its table twin, and how to save it. */
export function ChartFrame(props: ChartFrameProps) {
  const { title, fileName, save } = props;
  const [asTable, toggleTable] = useAsTable(props.name ?? title);
  const ways = [
    ['PNG', 'base64', () => svgPng(props.svg())],
    ['SVG', 'utf8', () => props.svg()],
    ['CSV', 'utf8', () => csvOf(props.sheet())],
  ] as const;
  return (
    <section class="chart" aria-label={title}>
      <header class="spread">
        <div class="row">
          <h2 class={props.titleHidden === true ? 'hidden' : ''}>{title}</h2>
          {props.aside}
        </div>
        <div class="row tools">
          <Button
            icon="table"
            label={`${title}: show as a table`}
            look="icon"
            pressed={asTable}
            onPress={toggleTable}
          />
          {ways.map(([format, encoding, make]) => (
            <Button
              key={format}
              label={`${title}: save as ${format}`}
              look="icon"
              onPress={() => save({ fileName: `${fileName}.${format.toLowerCase()}`, encoding, content: make() })}
            >
              {format}
            </Button>
          ))}
        </div>
      </header>
      {asTable ? (
        <SheetTable title={title} sheet={props.sheet()} {...(props.format ? { format: props.format } : {})} />
      ) : (
        props.children
      )}
    </section>
  );
}

interface SheetTableProps {
  title: string;
  sheet: Sheet;
  format?: (value: string | number | null, column: number) => string;
}

/** A sheet as a table that can be scrolled by keyboard. */
export function SheetTable({ title, sheet, format }: SheetTableProps) {
  const text = (value: string | number | null, column: number) =>
    format?.(value, column) ??
    (typeof value === 'number' ? sheet.formats?.[column]?.(value) : value === null ? '' : null) ??
    String(value);
  return (
    <div class="table" tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table>
        <thead>
          <tr>
            {(sheet.heads ?? sheet.columns).map((column, index) => (
              <th key={index} scope="col" class={index === 0 ? '' : 'number'}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sheet.rows.slice(0, mostRows).map((row, at) => (
            <tr key={at}>
              {row.map((value, index) =>
                index === 0 ? (
                  <th key={index} scope="row">
                    {text(value, index)}
                  </th>
                ) : (
                  <td key={index} class="number">
                    {text(value, index)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {sheet.rows.length > mostRows ? (
        <p class="muted">
          The first {count(mostRows)} of {count(sheet.rows.length)} rows; the CSV has all.
        </p>
      ) : null}
    </div>
  );
}
