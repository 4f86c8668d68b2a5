/** The theme's part in a saved picture. */
export interface SvgColors {
  background: string;
  foreground: string;
  muted: string;
  grid: string;
  fontFamily: string;
}

interface SvgDocument {
  title: string;
  width: number;
  height: number;
  /** Where the title begins. */
  left: number;
  colors: SvgColors;
  /** Elements, in the order in which they are drawn. */
  parts: readonly string[];
}

/** Text as XML has it. XML 1.0 has no control characters, escaped or not. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd');
}

/** A text element; `more` are further attributes. */
export function svgText(x: number, y: number, value: string, fill: string, more = ''): string {
  return `<text x="${x}" y="${y}" fill="${fill}" ${more}>${escapeXml(value)}</text>`;
}

/** A name of at most so many letters; a longer one is cut and ends in `…`. */
export function svgName(name: string, mostLetters: number): string {
  const letters = [...name];
  return letters.length > mostLetters ? `${letters.slice(0, mostLetters - 1).join('')}…` : name;
}

/** A coordinate, to a tenth of a pixel. */
export function svgPlace(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A picture that can be read by itself: its title over what it shows. */
export function svgDocument({ title, width, height, left, colors, parts }: SvgDocument): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="${escapeXml(colors.fontFamily)}" font-size="12">`,
    `<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${colors.background}"/>`,
    svgText(left, 24, title, colors.foreground, 'font-size="14"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}
