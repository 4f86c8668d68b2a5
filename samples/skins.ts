import type { Hit } from './body.ts';
import type { Colour } from './canvas.ts';
import type { Draws } from './draws.ts';
import type { Skin } from './fruit.ts';
import { clouds, sampleVolume, smoothStep, speckPitch, specks } from './noise.ts';

/** A skin of one colour with a blush of another, on the side that the sun reached, blotchy at its edge. */
export function blushedSkin(draws: Draws, under: Colour, over: Colour, amount: number): Skin {
  const [sideX, sideY, sideZ] = [draws.normal(), draws.normal() * 0.6, draws.normal()];
  const size = 0.75 / Math.hypot(sideX, sideY, sideZ);
  const offset = draws.between(0, 64);
  const pitch = draws.between(7, 12);
  return ({ x, y, z }, out) => {
    const blotch = sampleVolume(clouds, x * pitch + offset, y * pitch * 0.7, z * pitch);
    const part = smoothStep(-0.75, 0.75, amount + size * (sideX * x + sideY * y + sideZ * z) + 0.5 * blotch);
    const tone = 1 + 0.07 * blotch;
    out[0] = (under[0] + part * (over[0] - under[0])) * tone;
    out[1] = (under[1] + part * (over[1] - under[1])) * tone;
    out[2] = (under[2] + part * (over[2] - under[2])) * tone;
    out[3] = 1;
  };
}

/** What the small marks on a skin are like. */
export interface Marks {
  /** From one mark to the next, in fruit radii. */
  readonly pitch: number;
  readonly tone: 'pale' | 'dark';
  /** How much lighter or darker than the skin they are, in levels of 255, where the skin's colour leaves room for it. */
  readonly contrast: number;
}

/**
 * A skin with small marks all over. From each point's mark the mean of four around it on the skin is taken away, half a pitch off: pale
 * marks have a darker surround and the other way round, so that a picture too small for them has nothing left of them, neither in its
 * mean colour nor in its mottling. (A skin cuts the balls of the volume at random heights, which alone would leave pale and dark patches.)
 * Marks fade where the picture is too coarse for them (`pixel` in fruit radii) and where the skin turns away.
 */
export function markedSkin(draws: Draws, skin: Skin, marks: Marks, pixel: number): Skin {
  const scale = speckPitch / marks.pitch;
  const around = speckPitch / 2;
  const [offsetX, offsetY, offsetZ] = [draws.between(0, 64), draws.between(0, 64), draws.between(0, 64)];
  const strength = Math.exp(0.15 * draws.normal()) * smoothStep(1.2, 2.8, marks.pitch / pixel);
  const sign = marks.tone === 'pale' ? strength : -strength;
  const most = marks.contrast;
  return (hit, out) => {
    skin(hit, out);
    const facing = smoothStep(0.12, 0.5, hit.normalZ) * sign;
    if (facing === 0) return;
    const [x, y, z] = [hit.x * scale + offsetX, hit.y * scale + offsetY, hit.z * scale + offsetZ];
    // Two directions along the skin, as if it were a ball's: one around the stalk, one towards it.
    const flat = Math.hypot(hit.x, hit.z) || 1e-6;
    const whole = Math.hypot(flat, hit.y);
    const [acrossX, acrossZ] = [(around * -hit.z) / flat, (around * hit.x) / flat];
    const upward = around / whole;
    const [upX, upY, upZ] = [(-hit.y * hit.x * upward) / flat, flat * upward, (-hit.y * hit.z * upward) / flat];
    const surround =
      sampleVolume(specks, x + acrossX, y, z + acrossZ) +
      sampleVolume(specks, x - acrossX, y, z - acrossZ) +
      sampleVolume(specks, x + upX, y + upY, z + upZ) +
      sampleVolume(specks, x - upX, y - upY, z - upZ);
    const mark = facing * (sampleVolume(specks, x, y, z) - surround / 4);
    for (let channel = 0; channel < 3; channel++) {
      const skinned = out[channel]!;
      out[channel] = skinned + mark * Math.min(most, 1.1 * skinned, 1.1 * (248 - skinned));
    }
  };
}

/** Darkens the hollow around the stalk and puts the dry remains of the flower at the other end. */
export function polesOf(skin: Skin, hollow: Colour, reach: number, eye: number): Skin {
  return (hit, out) => {
    skin(hit, out);
    const cosine = cosineOf(hit);
    const top = 0.75 * smoothStep(1 - reach, 1.01, cosine);
    const bottom = 0.85 * smoothStep(1 - eye, 1 - eye * 0.35, -cosine);
    if (top > 0) tintTowards(out, hollow, top);
    if (bottom > 0) tintTowards(out, [82, 62, 42], bottom);
  };
}

/** A crease from the stalk down one side, as stone fruit has it. */
export function creasedSkin(skin: Skin, depth: number): Skin {
  return (hit, out) => {
    skin(hit, out);
    if (hit.z <= 0 || hit.x * hit.x > 0.05) return;
    const crease = Math.exp(-(hit.x * hit.x) / 0.004) * smoothStep(0, 0.35, hit.z);
    const side = (hit.x / 0.063) * Math.exp(-(hit.x * hit.x) / 0.008) * smoothStep(0, 0.35, hit.z);
    const tone = 1 - depth * (0.5 * crease + 0.28 * side);
    out[0] = out[0]! * tone;
    out[1] = out[1]! * tone;
    out[2] = out[2]! * tone;
  };
}

/** Green sepals lying on the skin around the stalk, as many as asked for. `reach` in radians from the stalk. */
export function crownedSkin(draws: Draws, skin: Skin, sepals: number, reach: number, colour: Colour): Skin {
  const phase = draws.between(0, Math.PI);
  const uneven = draws.between(0, 64);
  return (hit, out) => {
    skin(hit, out);
    const cosine = cosineOf(hit);
    if (cosine < Math.cos(reach * 1.2)) return;
    const angle = Math.acos(Math.min(1, cosine));
    const turn = Math.atan2(hit.z, hit.x) * sepals * 0.5 + phase;
    const lobe = Math.abs(Math.cos(turn));
    const length =
      reach * (0.22 + 0.86 * lobe ** 1.3) * (1 + 0.12 * sampleVolume(clouds, hit.x * 20 + uneven, 7, hit.z * 20));
    const cover = smoothStep(length, length * 0.92, angle);
    const shadow = 0.35 * smoothStep(length * 1.25, length, angle) * (1 - cover);
    out[0] = out[0]! * (1 - shadow);
    out[1] = out[1]! * (1 - shadow);
    out[2] = out[2]! * (1 - shadow);
    if (cover === 0) return;
    const vein = 0.72 + 0.36 * lobe + 0.25 * smoothStep(0.96, 1, lobe) - 0.2 * smoothStep(0.3, 0, angle / reach);
    tintTowards(out, [colour[0] * vein, colour[1] * vein, colour[2] * vein], cover);
    out[3] = out[3]! * (1 - 0.7 * cover);
  };
}

/** Mixes a colour into the first three channels. */
export function tintTowards(out: Float32Array, colour: Colour, part: number): void {
  out[0] = out[0]! + part * (colour[0] - out[0]!);
  out[1] = out[1]! + part * (colour[1] - out[1]!);
  out[2] = out[2]! + part * (colour[2] - out[2]!);
}

/** The cosine of a hit's angle from the stalk. */
export function cosineOf(hit: Hit): number {
  return hit.y / Math.sqrt(hit.x * hit.x + hit.y * hit.y + hit.z * hit.z);
}
