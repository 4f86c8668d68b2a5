import type { Canvas, Colour } from './canvas.ts';
import type { Light } from './light.ts';
import { smoothStep } from './noise.ts';

type Point = readonly [number, number];

/** Paints a round stroke along a quadratic Bézier curve; half widths at its two ends, all in scene units. */
export function paintStroke(
  canvas: Canvas,
  [from, over, to]: readonly [Point, Point, Point],
  [startWidth, endWidth]: readonly [number, number],
  colour: Colour,
  light: Light,
): void {
  const pieces = 8;
  const xs = new Float64Array(pieces + 1);
  const ys = new Float64Array(pieces + 1);
  for (let piece = 0; piece <= pieces; piece++) {
    const t = piece / pieces;
    xs[piece] = (1 - t) ** 2 * from[0] + 2 * t * (1 - t) * over[0] + t * t * to[0];
    ys[piece] = (1 - t) ** 2 * from[1] + 2 * t * (1 - t) * over[1] + t * t * to[1];
  }
  const pixel = 1 / canvas.scale;
  const widest = Math.max(startWidth, endWidth) + pixel;
  const [left, right] = [Math.min(...xs) - widest, Math.max(...xs) + widest];
  const [bottom, top] = [Math.min(...ys) - widest, Math.max(...ys) + widest];
  canvas.visitBox(left, bottom, right, top, (column, row, index) => {
    const x = canvas.xAt(column);
    const y = canvas.yAt(row);
    let best = Infinity;
    let side = 0;
    let half = startWidth;
    for (let piece = 0; piece < pieces; piece++) {
      const ax = xs[piece]!;
      const ay = ys[piece]!;
      const dx = xs[piece + 1]! - ax;
      const dy = ys[piece + 1]! - ay;
      const part = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy + 1e-12)));
      const awayX = x - ax - part * dx;
      const awayY = y - ay - part * dy;
      const distance = Math.sqrt(awayX * awayX + awayY * awayY);
      if (distance < best) {
        best = distance;
        side = awayX * light.toLamp[0] + awayY * light.toLamp[1];
        half = startWidth + ((piece + part) / pieces) * (endWidth - startWidth);
      }
    }
    const share = smoothStep(half + pixel * 0.5, half - pixel * 0.5, best);
    if (share === 0) return;
    const tone = 0.85 + 0.4 * Math.max(-1, Math.min(1, side / half));
    canvas.lay(index, share, colour[0] * tone, colour[1] * tone, colour[2] * tone);
  });
}

/** Paints a leaf from its base to its tip (scene units), with a midrib, side veins and one half in the light. */
export function paintLeaf(canvas: Canvas, base: Point, tip: Point, colour: Colour, light: Light): void {
  const [dx, dy] = [tip[0] - base[0], tip[1] - base[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return;
  const [alongX, alongY] = [dx / length, dy / length];
  const half = length * 0.27;
  const pixel = 1 / canvas.scale;
  const litSide = light.toLamp[0] * -alongY + light.toLamp[1] * alongX > 0 ? 1 : -1;
  const margin = half * 1.4;
  canvas.visitBox(
    Math.min(base[0], tip[0]) - margin,
    Math.min(base[1], tip[1]) - margin,
    Math.max(base[0], tip[0]) + margin,
    Math.max(base[1], tip[1]) + margin,
    (column, row, index) => {
      const x = canvas.xAt(column);
      const y = canvas.yAt(row);
      const t = ((x - base[0]) * alongX + (y - base[1]) * alongY) / length;
      if (t <= 0 || t >= 1) return;
      const swell = Math.sin(Math.PI * t ** 0.85);
      const aside = (y - base[1]) * alongX - (x - base[0]) * alongY - 0.1 * length * Math.sin(Math.PI * t);
      const width = half * swell;
      const share = smoothStep(width + pixel * 0.5, width - pixel * 0.5, Math.abs(aside));
      if (share === 0) return;
      const across = aside / (width + 1e-6);
      const vein = Math.sin((t * 9 - Math.abs(across) * 1.6) * Math.PI);
      const rib = smoothStep(0.016 * length + pixel * 0.4, 0, Math.abs(aside));
      const lit = across * litSide > 0 ? 1.12 : 0.86;
      const tone = lit * (1 - 0.12 * Math.abs(across)) + 0.05 * vein + 0.3 * rib;
      canvas.lay(index, share, colour[0] * tone + 14 * rib, colour[1] * tone + 14 * rib, colour[2] * tone);
    },
  );
}
