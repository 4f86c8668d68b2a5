import type { Canvas, Colour } from './canvas.ts';
import { blend, toned } from './canvas.ts';
import type { Draws } from './draws.ts';
import { clouds, sampleTile, sampleVolume, smoothStep } from './noise.ts';

/**
 * What lies under and behind the fruit. Draws its own looks; knows nothing of the fruit, so that it
 * gives no class away. What it returns reads a scene point from the last two places of `out` and writes its colour to the first three.
 */
type Background = (draws: Draws) => (out: Float32Array) => void;

/** All backgrounds; adding one is one entry. */
const backgrounds: Readonly<Record<string, Background>> = { wood, cloth, grass, stone, paper, garden, basket };

/** Fills the canvas with one background and, sometimes, a plate on it. */
export function paintBackground(canvas: Canvas, draws: Draws): void {
  const background = draws.pick(Object.values(backgrounds))(draws);
  const plate = draws.chance(0.2) ? plateOn(draws) : undefined;
  const out = new Float32Array(5);
  const edgeX = canvas.width / 2 / canvas.scale;
  const edgeY = canvas.height / 2 / canvas.scale;
  canvas.visitBox(-edgeX, -edgeY, edgeX, edgeY, (column, row, index) => {
    out[3] = canvas.xAt(column);
    out[4] = canvas.yAt(row);
    background(out);
    plate?.(out);
    canvas.pixels[index] = out[0]!;
    canvas.pixels[index + 1] = out[1]!;
    canvas.pixels[index + 2] = out[2]!;
  });
}

function set(out: Float32Array, colour: Colour, tone: number): void {
  out[0] = colour[0] * tone;
  out[1] = colour[1] * tone;
  out[2] = colour[2] * tone;
}

/** Writes a colour between two, times a tone. */
function setBetween(out: Float32Array, first: Colour, second: Colour, part: number, tone: number): void {
  out[0] = (first[0] + part * (second[0] - first[0])) * tone;
  out[1] = (first[1] + part * (second[1] - first[1])) * tone;
  out[2] = (first[2] + part * (second[2] - first[2])) * tone;
}

function wood(draws: Draws): ReturnType<Background> {
  const angle = draws.pick([0, Math.PI / 2]) + draws.between(-0.2, 0.2);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const base = draws.pick<Colour>([
    [164, 136, 108],
    [126, 104, 86],
    [204, 184, 158],
    [104, 92, 82],
    [190, 182, 170],
  ]);
  const plank = draws.between(0.35, 0.7);
  const [shiftX, shiftY] = [draws.between(0, 256), draws.between(0, 256)];
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const along = cos * x + sin * y;
    const across = (cos * y - sin * x) / plank + 10;
    const board = Math.floor(across);
    const place = across - board;
    const own = sampleTile(board * 37.7 + shiftX, board * 91.3);
    const warp = sampleTile(along * 9 + board * 53 + shiftX, across * 14 + shiftY) * 6;
    const grain = sampleTile(along * 5 + board * 71, across * 46 + warp + shiftY);
    const gap = smoothStep(0, 0.035, place) * smoothStep(1, 0.975, place);
    set(out, base, (0.62 + 0.45 * grain + 0.35 * own) * (0.45 + 0.55 * gap));
  };
}

function cloth(draws: Draws): ReturnType<Background> {
  const light = draws.pick<Colour>([
    [238, 234, 224],
    [226, 222, 230],
    [214, 205, 188],
  ]);
  const dark = draws.pick<Colour>([
    [186, 122, 126],
    [92, 114, 156],
    [116, 140, 118],
    [200, 186, 162],
    [120, 120, 132],
  ]);
  const angle = draws.between(-0.6, 0.6);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const check = draws.between(2.2, 4.5);
  const plain = draws.chance(0.35);
  const [shiftX, shiftY] = [draws.between(0, 256), draws.between(0, 256)];
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const u = cos * x + sin * y;
    const v = cos * y - sin * x;
    const fold = sampleTile(u * 8 + shiftX, v * 5 + shiftY);
    const across = smoothStep(0.42, 0.58, Math.abs((((u + 0.06 * fold) * check) % 2) - Math.sign(u)));
    const down = smoothStep(0.42, 0.58, Math.abs((((v + 0.06 * fold) * check) % 2) - Math.sign(v)));
    const weave = sampleTile(u * 110 + shiftX, v * 110 + shiftY);
    const part = plain ? 0.12 : (across + down) / 2;
    setBetween(out, light, dark, part, 0.66 + 0.4 * fold + 0.16 * weave);
  };
}

function grass(draws: Draws): ReturnType<Background> {
  const base = draws.pick<Colour>([
    [88, 112, 68],
    [112, 130, 82],
    [74, 98, 70],
  ]);
  const straw: Colour = [184, 180, 136];
  const lean = draws.between(-0.5, 0.5);
  const [shiftX, shiftY] = [draws.between(0, 256), draws.between(0, 256)];
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const patch = sampleTile(x * 12 + shiftX, y * 12 + shiftY);
    const u = x + y * lean + 0.12 * patch;
    const near = sampleTile(u * 64 + shiftX, y * 9 + shiftY);
    const far = sampleTile((x - y * lean * 1.6) * 52 + shiftY, y * 11 + shiftX);
    const blade = Math.max(near, far * 0.94);
    const tone = 0.25 + 1.5 * smoothStep(0.36, 0.78, blade);
    setBetween(out, base, straw, 0.5 * smoothStep(0.5, 0.75, patch), tone);
  };
}

function stone(draws: Draws): ReturnType<Background> {
  const base = draws.pick<Colour>([
    [226, 224, 220],
    [92, 96, 102],
    [58, 60, 66],
    [198, 188, 172],
  ]);
  const vein: Colour = base[0] > 150 ? toned(base, 0.72) : toned(base, 1.45);
  const [shiftX, shiftY] = [draws.between(0, 256), draws.between(0, 256)];
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const warp = sampleTile(x * 16 + shiftX, y * 16 + shiftY);
    const line = Math.abs(sampleTile(x * 9 + warp * 18 + shiftY, y * 9 + warp * 12 + shiftX) - 0.5);
    const grain = sampleTile(x * 70 + shiftX, y * 70 + shiftY);
    setBetween(out, vein, base, smoothStep(0, 0.07, line), 0.82 + 0.2 * warp + 0.12 * grain);
  };
}

function paper(draws: Draws): ReturnType<Background> {
  const colour: Colour = [draws.between(90, 245), draws.between(90, 245), draws.between(90, 245)];
  const soft = blend(colour, [215, 212, 206], draws.between(0.55, 1));
  const [slopeX, slopeY] = [draws.between(-0.12, 0.12), draws.between(-0.2, 0.12)];
  const horizon = draws.chance(0.5) ? draws.between(-0.1, 0.5) : 9;
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const wall = smoothStep(horizon - 0.12, horizon + 0.12, y);
    set(out, soft, (1 + slopeX * x + slopeY * y) * (1 - 0.18 * wall));
  };
}

function garden(draws: Draws): ReturnType<Background> {
  const dark = draws.pick<Colour>([
    [44, 62, 36],
    [60, 70, 50],
    [70, 66, 52],
    [50, 62, 76],
  ]);
  const bright = draws.pick<Colour>([
    [158, 174, 124],
    [198, 198, 164],
    [190, 206, 214],
    [202, 184, 152],
  ]);
  const depth = draws.between(0, 64);
  const size = draws.between(9, 17);
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const blur = sampleVolume(clouds, x * size + 20, y * size + 20, depth);
    const spot = sampleVolume(clouds, x * size * 2 + 50, y * size * 2 + 9, depth + 31);
    const part = smoothStep(-0.7, 1.1, blur + 0.5 * smoothStep(0.1, 0.5, spot));
    setBetween(out, dark, bright, part, 1);
  };
}

function basket(draws: Draws): ReturnType<Background> {
  const base = draws.pick<Colour>([
    [178, 152, 118],
    [146, 122, 96],
    [204, 188, 158],
  ]);
  const pitch = draws.between(3, 5.5);
  const angle = draws.between(-0.4, 0.4);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [shiftX, shiftY] = [draws.between(0, 256), draws.between(0, 256)];
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const u = (cos * x + sin * y) * pitch + 40;
    const v = (cos * y - sin * x) * pitch * 1.7 + 40;
    const odd = (Math.floor(u) & 1) ^ (Math.floor(v) & 1);
    const across = u - Math.floor(u) - 0.5;
    const down = v - Math.floor(v) - 0.5;
    const over = odd ? 1 - 1.5 * across * across - 2.6 * down * down : 0.72 - 1.6 * down * down - 0.4 * across * across;
    const fibre = sampleTile(u * 7 + shiftX, v * 32 + shiftY);
    set(out, base, Math.max(0.2, over) * (0.72 + 0.5 * fibre));
  };
}

function plateOn(draws: Draws): ReturnType<Background> {
  const centreX = draws.between(-0.1, 0.1);
  const centreY = draws.between(-0.2, 0.05);
  const radius = draws.between(0.85, 1.15);
  const flat = draws.between(0.7, 1);
  const glaze = draws.pick<Colour>([
    [240, 238, 232],
    [196, 214, 222],
    [122, 146, 160],
    [226, 206, 180],
  ]);
  return (out) => {
    const x = out[3]!;
    const y = out[4]!;
    const u = (x - centreX) / radius;
    const v = (y - centreY) / (radius * flat);
    const distance = Math.sqrt(u * u + v * v);
    if (distance > 1.12) return;
    const shade = 1 - 0.4 * smoothStep(1.12, 0.98, Math.sqrt((u - 0.02) * (u - 0.02) + (v + 0.05) * (v + 0.05)));
    const inside = smoothStep(1.004, 0.985, distance);
    const rim = smoothStep(0.72, 0.76, distance);
    const lip = 1 - 0.13 * smoothStep(0.06, 0, Math.abs(distance - 0.74)) * (v > 0 ? 1 : 0.2);
    const tone = (0.9 + 0.07 * rim + 0.05 * v) * lip;
    for (let channel = 0; channel < 3; channel++) {
      const under = out[channel]! * shade;
      out[channel] = under + inside * (glaze[channel]! * tone - under);
    }
  };
}
