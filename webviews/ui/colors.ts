/** A colour: red, green and blue from 0 to 255, opacity from 0 to 1. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** Reads `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(…)` and `rgba(…)`, as VS Code writes its variables. Null for anything else. */
export function parseColor(text: string): Rgba | null {
  const value = text.trim();
  const hex = /^#([0-9a-f]{3,8})$/i.exec(value)?.[1];
  if (hex !== undefined) {
    const wide = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join('') : hex;
    if (wide.length !== 6 && wide.length !== 8) return null;
    const at = (index: number) => Number.parseInt(wide.slice(index, index + 2), 16);
    return [at(0), at(2), at(4), wide.length === 8 ? at(6) / 255 : 1];
  }
  const inner = /^rgba?\(([^)]*)\)$/i.exec(value)?.[1];
  if (inner === undefined) return null;
  const parts = inner
    .split(/[\s,/]+/)
    .filter((part) => part !== '')
    .map((part) => (part.endsWith('%') ? (Number.parseFloat(part) / 100) * 255 : Number(part)));
  const [red, green, blue, alpha = 1] = parts;
  if (red === undefined || green === undefined || blue === undefined || parts.some(Number.isNaN)) return null;
  return [red, green, blue, alpha];
}

/** As CSS writes it. */
export function cssColor([red, green, blue, alpha]: Rgba): string {
  const channels = [red, green, blue].map((channel) => Math.round(channel)).join(', ');
  return alpha >= 1 ? `rgb(${channels})` : `rgba(${channels}, ${Math.round(alpha * 1000) / 1000})`;
}

/** The colour a share of the way from one to another, both taken as opaque. */
export function mix(from: Rgba, to: Rgba, share: number): Rgba {
  const at = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * share;
  return [at(0), at(1), at(2), 1];
}

/** The same colour with another opacity. */
export function withAlpha([red, green, blue]: Rgba, alpha: number): Rgba {
  return [red, green, blue, alpha];
}

/** Relative luminance of WCAG 2, 0 to 1. */
export function luminance([red, green, blue]: Rgba): number {
  const linear = [red, green, blue].map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
}

/** Contrast ratio of WCAG 2, 1 to 21. */
export function contrast(a: Rgba, b: Rgba): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** What WCAG 2 asks of a graphic that carries meaning. */
const graphicContrast = 3;

/**
 * One colour a stage, from the smallest to the largest: a sequential scale through the theme's chart blue, from the side
 * of the background to the side of the text. Each keeps a contrast of 3 : 1 with the background.
 */
export function stageColors(stages: number, base: Rgba, background: Rgba, foreground: Rgba): Rgba[] {
  const readable = (color: Rgba) => {
    let found = color;
    for (let share = 0; contrast(found, background) < graphicContrast && share < 1; share += 0.05) {
      found = mix(color, foreground, share);
    }
    return found;
  };
  const weak = readable(mix(base, background, 0.35));
  const strong = mix(base, foreground, 0.6);
  return Array.from({ length: stages }, (_, index) => {
    const place = stages === 1 ? 0.5 : index / (stages - 1);
    return place <= 0.5 ? mix(weak, readable(base), place * 2) : mix(readable(base), strong, place * 2 - 1);
  });
}

const dashes = [[], [8, 3], [3, 3], [1, 3], [8, 3, 2, 3]];

/**
 * Dash patterns beside the colours, in pixels, the stage's own first: the largest stage is solid, the ones before it ever
 * more broken. The others are for runs that share its colour.
 */
export function stageDashes(index: number, stages: number): number[][] {
  const own = (stages - 1 - index) % dashes.length;
  return [...dashes.slice(own), ...dashes.slice(0, own)];
}
