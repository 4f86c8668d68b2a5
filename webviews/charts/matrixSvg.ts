import { mostLetters } from './matrixOptions.ts';
import { svgDocument, svgName, svgPlace, svgText, type SvgColors } from './svgDocument.ts';

interface SvgMatrix {
  title: string;
  /** Class names in the order of the rows and columns. */
  names: readonly string[];
  /** Rows true, columns predicted. */
  cells: readonly (readonly number[])[];
  shade: (row: number, column: number) => { fill: string; text: string };
  format: (value: number) => string;
  colors: SvgColors;
}

const margin = { left: 140, top: 44, right: 16, bottom: 140 };
const largestSide = 800;
/** Of a cell, in pixels: at least so much for a line, for its name, and for its number. */
const least = { cell: 4, name: 9, number: 22 };

/** Draws a confusion matrix as SVG, readable by itself: rows true, columns predicted, both named where there is room. */
export function matrixSvg({ title, names, cells, shade, format, colors }: SvgMatrix): string {
  const side = Math.max(least.cell, Math.min(40, largestSide / Math.max(1, names.length)));
  const [width, height] = [names.length * side, names.length * side];
  const parts: string[] = [];
  cells.forEach((row, at) => {
    row.forEach((value, column) => {
      const { fill, text } = shade(at, column);
      const [x, y] = [margin.left + column * side, margin.top + at * side];
      parts.push(
        `<rect x="${svgPlace(x)}" y="${svgPlace(y)}" width="${svgPlace(side)}" height="${svgPlace(side)}" fill="${fill}" stroke="${colors.grid}" stroke-width="0.5"/>`,
      );
      if (value === 0 || side < least.number) return;
      const size = Math.min(12, side / 2.6);
      const middle = [svgPlace(x + side / 2), svgPlace(y + side / 2 + size / 3)] as const;
      parts.push(svgText(...middle, format(value), text, `text-anchor="middle" font-size="${svgPlace(size)}"`));
    });
  });
  if (side >= least.name) {
    const size = `font-size="${svgPlace(Math.min(12, side * 0.8))}"`;
    names.forEach((name, at) => {
      const middle = svgPlace((at + 0.5) * side + 4);
      const label = svgName(name, mostLetters);
      parts.push(svgText(margin.left - 6, margin.top + middle, label, colors.muted, `text-anchor="end" ${size}`));
      const [x, y] = [margin.left + middle, margin.top + height + 8];
      parts.push(svgText(x, y, label, colors.muted, `text-anchor="end" transform="rotate(-90 ${x} ${y})" ${size}`));
    });
  }
  parts.push(
    svgText(margin.left, margin.top + height + margin.bottom - 12, 'rows true, columns predicted', colors.muted),
  );
  return svgDocument({
    title,
    width: svgPlace(margin.left + Math.max(width, 260) + margin.right),
    height: svgPlace(margin.top + height + margin.bottom),
    left: 16,
    colors,
    parts,
  });
}
