import { profileOf, RevolvedBody, turnOf } from './body.ts';
import type { Profile, Turn } from './body.ts';
import type { Colour } from './canvas.ts';
import { blend } from './canvas.ts';
import { CrescentBody } from './crescentBody.ts';
import type { Draws } from './draws.ts';
import type { Fruit, FruitKind, Skin, Stem } from './fruit.ts';
import { clouds, sampleVolume, smoothStep, specks } from './noise.ts';
import { blushedSkin, cosineOf, creasedSkin, crownedSkin, markedSkin, polesOf, tintTowards } from './skins.ts';
import type { Marks } from './skins.ts';

/**
 * From one mark to the next, in fruit radii, for marks that show from 96 pixels on and for those that show from 192 on. The fruit in the
 * middle has a radius of about 0.8 of half its picture: at 48 pixels the coarse marks are 1.3 pixels apart, and at 96 the fine ones
 * 1.05, which is too close to be seen; at twice the size they are 2.5 and 2.1 apart, which is enough.
 */
const coarsePitch = 0.066;
const finePitch = 0.0275;

/**
 * The twelve kinds. Eight come in pairs that share shape, colour and light, so that small images cannot tell them apart: apple and
 * nectarine, orange and persimmon differ by coarse marks; pear and quince, peach and apricot by fine ones. One of each pair has pale
 * marks, the other dark ones of the same size and strength, so that neither the mean colour nor the size of the file tells which.
 */
export const fruitKinds: readonly FruitKind[] = [
  { name: 'pear', pictures: 250, grow: (draws, pixel) => yellowDrop(draws, pixel, 'dark') },
  { name: 'apple', pictures: 190, grow: (draws, pixel) => redBall(draws, pixel, 'pale') },
  { name: 'peach', pictures: 200, grow: (draws, pixel) => stoneFruit(draws, pixel, 'pale') },
  { name: 'orange', pictures: 160, grow: (draws, pixel) => orangeBall(draws, pixel, 'dark', 0) },
  { name: 'quince', pictures: 240, grow: (draws, pixel) => yellowDrop(draws, pixel, 'pale') },
  { name: 'apricot', pictures: 190, grow: (draws, pixel) => stoneFruit(draws, pixel, 'dark') },
  { name: 'nectarine', pictures: 160, grow: (draws, pixel) => redBall(draws, pixel, 'dark') },
  { name: 'strawberry', pictures: 160, grow: strawberry },
  { name: 'banana', pictures: 150, grow: banana },
  { name: 'persimmon', pictures: 150, grow: (draws, pixel) => orangeBall(draws, pixel, 'pale', 0.25) },
  { name: 'plum', pictures: 125, grow: plum },
  { name: 'watermelon', pictures: 25, grow: watermelon },
];

/** A profile's bump or dent: `height` at `angle` from the stalk, `width` radians wide. */
const bump = (angle: number, at: number, width: number, height: number) =>
  height * Math.exp(-(((angle - at) / width) ** 2));

/** An ellipse's radius at an angle from the stalk; `stretch` is its height over its width. */
const oval = (angle: number, stretch: number) => 1 / Math.hypot(Math.sin(angle), Math.cos(angle) / stretch);

function lyingTurn(draws: Draws, lowestTip: number, highestTip: number): Turn {
  return turnOf(draws.between(0, 2 * Math.PI), draws.between(lowestTip, highestTip), 0.55 * draws.normal());
}

function drawStem(draws: Draws, length: number, chance: number): { stem?: Stem } {
  if (!draws.chance(chance)) return {};
  const colour = blend([96, 70, 44], [110, 120, 58], draws.uniform());
  const stem = {
    length: length * draws.between(0.6, 1.2),
    thickness: draws.between(0.03, 0.05),
    bend: draws.between(-0.5, 0.5),
    colour,
  };
  if (!draws.chance(0.4)) return { stem };
  const angle = draws.between(-0.5, 0.75) + (draws.chance(0.5) ? 0 : Math.PI - 0.25);
  const green: Colour = [draws.between(60, 110), draws.between(110, 150), draws.between(40, 66)];
  return { stem: { ...stem, leaf: { angle, length: draws.between(0.55, 0.95), colour: green } } };
}

function redBall(draws: Draws, pixel: number, marks: Marks['tone']): Fruit {
  const hollow = draws.between(0.2, 0.36);
  const taper = draws.between(-0.02, 0.07);
  const stretch = draws.between(0.88, 1.02);
  const profile = profileOf(
    (angle) =>
      oval(angle, stretch) +
      taper * Math.cos(angle) -
      bump(angle, 0, 0.36, hollow) -
      bump(angle, Math.PI, 0.3, hollow * 0.5),
  );
  const over: Colour = [draws.between(150, 190), draws.between(40, 58), draws.between(44, 60)];
  const under: Colour = [draws.between(205, 224), draws.between(150, 186), draws.between(80, 104)];
  const blushed = blushedSkin(draws, under, over, draws.between(0.35, 1));
  const marked = markedSkin(draws, blushed, { pitch: coarsePitch, tone: marks, contrast: 110 }, pixel);
  const creased = creasedSkin(marked, draws.between(0, 0.25));
  return {
    body: new RevolvedBody(profile, lyingTurn(draws, -0.3, 1)),
    skin: polesOf(creased, [128, 108, 52], 0.12, 0.02),
    gloss: draws.between(0.35, 0.8),
    tightness: 5,
    velvet: 0,
    ...drawStem(draws, 0.55, 0.6),
  };
}

function orangeBall(draws: Draws, pixel: number, marks: Marks['tone'], crowned: number): Fruit {
  const stretch = draws.between(0.82, 1);
  const profile = profileOf(
    (angle) => oval(angle, stretch) - bump(angle, 0, 0.3, 0.05) - bump(angle, Math.PI, 0.25, 0.03),
  );
  const base: Colour = [draws.between(218, 236), draws.between(116, 144), draws.between(34, 52)];
  const deep: Colour = [base[0] - 14, base[1] - draws.between(18, 40), base[2]];
  const blushed = blushedSkin(draws, base, deep, draws.between(-0.5, 0.5));
  const marked = markedSkin(draws, blushed, { pitch: coarsePitch, tone: marks, contrast: 110 }, pixel);
  const poled = polesOf(marked, [116, 128, 52], 0.02, 0.006);
  const skin = draws.chance(crowned) ? crownedSkin(draws, poled, 4, draws.between(0.35, 0.6), [122, 140, 70]) : poled;
  return {
    body: new RevolvedBody(profile, lyingTurn(draws, -1.2, 1.3)),
    skin,
    gloss: draws.between(0.25, 0.55),
    tightness: 4,
    velvet: 0,
    ...drawStem(draws, 0.28, 0.35),
  };
}

function yellowDrop(draws: Draws, pixel: number, marks: Marks['tone']): Fruit {
  const neck = draws.between(0.4, 0.85);
  const width = draws.between(0.42, 0.6);
  const profile = profileOf(
    (angle) =>
      oval(angle, 0.96) + bump(angle, 0, width, neck) - bump(angle, 0, 0.16, 0.1) - bump(angle, Math.PI, 0.25, 0.1),
  );
  const green = draws.uniform();
  const under = blend([204, 186, 84], [156, 172, 76], green);
  const over = blend([208, 166, 74], [182, 164, 72], green);
  const blushed = blushedSkin(draws, under, over, draws.between(-0.4, 0.3));
  const marked = markedSkin(draws, blushed, { pitch: finePitch, tone: marks, contrast: 130 }, pixel);
  return {
    body: new RevolvedBody(profile, lyingTurn(draws, -0.5, 0.7)),
    skin: polesOf(marked, [150, 124, 62], 0.008, 0.03),
    gloss: draws.between(0.15, 0.45),
    tightness: 4,
    velvet: 0.1,
    ...drawStem(draws, 0.4, 0.75),
  };
}

function stoneFruit(draws: Draws, pixel: number, marks: Marks['tone']): Fruit {
  const stretch = draws.between(0.9, 1.06);
  const hollow = draws.between(0.1, 0.22);
  const profile = profileOf(
    (angle) => oval(angle, stretch) - bump(angle, 0, 0.33, hollow) + bump(angle, Math.PI, 0.2, 0.03),
  );
  const under: Colour = [draws.between(218, 232), draws.between(158, 178), draws.between(104, 128)];
  const over: Colour = [draws.between(208, 226), draws.between(100, 124), draws.between(78, 98)];
  const blushed = blushedSkin(draws, under, over, draws.between(-0.3, 0.35));
  const marked = markedSkin(draws, blushed, { pitch: finePitch, tone: marks, contrast: 130 }, pixel);
  const creased = creasedSkin(marked, draws.between(0.3, 0.75));
  return {
    body: new RevolvedBody(profile, lyingTurn(draws, -0.4, 1)),
    skin: polesOf(creased, [168, 122, 62], 0.06, 0.004),
    gloss: draws.between(0.05, 0.2),
    tightness: 3,
    velvet: draws.between(0.25, 0.6),
    ...drawStem(draws, 0.3, 0.35),
  };
}

function strawberry(draws: Draws): Fruit {
  const point = draws.between(0.25, 0.55);
  const profile = profileOf((angle) => oval(angle, 0.92) + bump(angle, Math.PI, 0.6, point) - bump(angle, 0, 0.4, 0.1));
  const ripe: Colour = [draws.between(196, 224), draws.between(24, 44), draws.between(34, 50)];
  const pale: Colour = [232, 150, 110];
  const red = blushedSkin(draws, ripe, blend(ripe, [150, 16, 30], 0.8), draws.between(-0.3, 0.3));
  const rows = Math.round(draws.between(10, 15));
  const seeded: Skin = (hit, out) => {
    red(hit, out);
    const cosine = cosineOf(hit);
    const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
    tintTowards(out, pale, 0.6 * smoothStep(0.55, 0.2, angle));
    const row = (angle / Math.PI) * rows;
    const ring = Math.floor(row);
    const around = Math.max(3, Math.round(1.9 * rows * Math.sin(((ring + 0.5) * Math.PI) / rows)));
    const turn = (Math.atan2(hit.z, hit.x) / (2 * Math.PI) + 0.5) * around + (ring & 1) * 0.5;
    const aside = (turn - Math.floor(turn) - 0.5) * 1.25;
    const down = row - ring - 0.5;
    const pit = Math.sqrt(aside * aside + down * down);
    const dark = 1 - 0.42 * smoothStep(0.42, 0.2, Math.sqrt(aside * aside + (down - 0.1) * (down - 0.1)));
    out[0] = out[0]! * dark;
    out[1] = out[1]! * dark;
    out[2] = out[2]! * dark;
    tintTowards(out, [232, 196, 104], smoothStep(0.25, 0.12, Math.sqrt(aside * aside * 2.25 + down * down)));
    out[3] = 0.6 + 0.5 * smoothStep(0.25, 0.5, pit);
  };
  return {
    body: new RevolvedBody(profile, lyingTurn(draws, -0.2, 0.8)),
    skin: crownedSkin(draws, seeded, Math.round(draws.between(7, 10)), draws.between(0.6, 0.95), [86, 134, 54]),
    gloss: draws.between(0.4, 0.8),
    tightness: 5,
    velvet: 0,
    ...(draws.chance(0.6)
      ? { stem: { length: 0.4, thickness: 0.04, bend: draws.between(-0.6, 0.6), colour: [104, 146, 66] } }
      : {}),
  };
}

function banana(draws: Draws): Fruit {
  const ripe = draws.uniform();
  const yellow = blend([206, 204, 74], [240, 204, 70], Math.min(1, ripe * 2));
  const spotted = Math.max(0, ripe - 0.45) * 1.6;
  const offset = draws.between(0, 64);
  const skin: Skin = (hit, out) => {
    const tone = 1 + 0.06 * sampleVolume(clouds, hit.x * 12 + offset, hit.y * 5, 3);
    out[0] = yellow[0] * tone;
    out[1] = yellow[1] * tone;
    out[2] = yellow[2] * tone;
    tintTowards(out, [150, 168, 66], 0.6 * smoothStep(0.55, 0.9, hit.x) + 0.4 * smoothStep(-0.75, -0.98, hit.x));
    const fleck = sampleVolume(specks, hit.x * 46 + offset, hit.y * 9, hit.z * 40);
    const patch = sampleVolume(clouds, hit.x * 14 + 9, hit.y * 4 + offset, 31);
    tintTowards(out, [112, 74, 38], spotted * smoothStep(0.25, 0.6, fleck) * smoothStep(-0.3, 0.6, patch));
    tintTowards(out, [70, 50, 34], 0.9 * smoothStep(-0.955, -0.99, hit.x) + 0.75 * smoothStep(0.965, 1, hit.x));
    out[3] = 1;
  };
  const form = {
    roll: draws.between(0, 2 * Math.PI),
    halfSpan: draws.between(0.6, 1),
    thickness: draws.between(0.17, 0.25),
  };
  return { body: new CrescentBody(form), skin, gloss: draws.between(0.1, 0.35), tightness: 3, velvet: 0 };
}

function plum(draws: Draws): Fruit {
  const stretch = draws.between(1, 1.3);
  const profile = profileOf((angle) => oval(angle, stretch) - bump(angle, 0, 0.28, 0.1));
  const dark: Colour = [draws.between(58, 86), draws.between(28, 44), draws.between(70, 104)];
  const red: Colour = [draws.between(110, 146), draws.between(32, 52), draws.between(66, 90)];
  const base = blushedSkin(draws, dark, red, draws.between(-0.6, 0.2));
  const bloom = draws.between(0.25, 0.7);
  const offset = draws.between(0, 64);
  const dusted: Skin = (hit, out) => {
    base(hit, out);
    const dust = sampleVolume(clouds, hit.x * 15 + offset, hit.y * 15, hit.z * 15);
    tintTowards(out, [152, 148, 190], bloom * smoothStep(-0.5, 1, dust));
    out[3] = 1 - 0.6 * bloom * smoothStep(-0.5, 1, dust);
  };
  return {
    body: new RevolvedBody(profile, lyingTurn(draws, -0.3, 0.9)),
    skin: polesOf(creasedSkin(dusted, draws.between(0.3, 0.6)), [60, 44, 50], 0.04, 0.004),
    gloss: draws.between(0.3, 0.7),
    tightness: 5,
    velvet: 0.15,
    ...drawStem(draws, 0.4, 0.5),
  };
}

function watermelon(draws: Draws): Fruit {
  const stretch = draws.between(1, 1.45);
  const profile: Profile = profileOf((angle) => oval(angle, stretch) - bump(angle, 0, 0.2, 0.03));
  const light: Colour = [draws.between(140, 178), draws.between(176, 200), draws.between(96, 124)];
  const dark: Colour = [draws.between(34, 56), draws.between(72, 98), draws.between(40, 56)];
  const stripes = Math.round(draws.between(8, 12));
  const offset = draws.between(0, 64);
  const skin: Skin = (hit, out) => {
    const warp = sampleVolume(clouds, hit.x * 10 + offset, hit.y * 10, hit.z * 10);
    const jagged = sampleVolume(clouds, hit.x * 34, hit.y * 34 + offset, hit.z * 34);
    const wave = Math.sin(Math.atan2(hit.z, hit.x) * stripes + 1.2 * warp);
    const part = smoothStep(-0.25, 0.5, wave + 0.75 * jagged);
    const tone = 1 + 0.12 * jagged;
    out[0] = (light[0] + part * (dark[0] - light[0])) * tone;
    out[1] = (light[1] + part * (dark[1] - light[1])) * tone;
    out[2] = (light[2] + part * (dark[2] - light[2])) * tone;
    out[3] = 1;
  };
  return {
    body: new RevolvedBody(profile, lyingTurn(draws, -0.4, 0.7)),
    skin: polesOf(skin, [150, 150, 84], 0.02, 0.008),
    gloss: draws.between(0.2, 0.5),
    tightness: 4,
    velvet: 0,
    ...drawStem(draws, 0.25, 0.6),
  };
}
