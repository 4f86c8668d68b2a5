import { svgDocument, svgName, svgPlace, svgText, type SvgColors } from './svgDocument.ts';

interface SvgBars {
  title: string;
  bars: readonly { name: string; value: number }[];
  color: string;
  format: (value: number) => string;
  colors: SvgColors;
}

const width = 800;
const rowHeight = 20;
const top = 44;
const nameWidth = 200;
const numberWidth = 72;
/** A longer name is cut: there is no room for it beside its bar. */
const mostLetters = 28;

/** Draws bars as SVG of 800 pixels' width: a row a bar, its name before it and its number behind. */
export function barsSvg({ title, bars, color, format, colors }: SvgBars): string {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const room = width - nameWidth - numberWidth - 16;
  const parts = bars.flatMap(({ name, value }, row) => {
    const y = top + row * rowHeight;
    const length = svgPlace((value / most) * room);
    return [
      svgText(nameWidth - 8, y + 14, svgName(name, mostLetters), colors.foreground, 'text-anchor="end"'),
      `<rect x="${nameWidth}" y="${y + 4}" width="${length}" height="${rowHeight - 8}" fill="${color}"/>`,
      svgText(nameWidth + length + 8, y + 14, format(value), colors.muted),
    ];
  });
  return svgDocument({ title, width, height: top + bars.length * rowHeight + 16, left: 16, colors, parts });
}
