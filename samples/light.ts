import type { Draws } from './draws.ts';

/** Where the light comes from and how the camera sees it. The same for all that is in one picture. */
export interface Light {
  /** Unit vector from the scene to the lamp: x right, y up, z towards the viewer. */
  readonly toLamp: readonly [number, number, number];
  /** The share of light that reaches every side, 0 to 1. */
  readonly ambient: number;
  /** How strong highlights are, about 0 to 1. */
  readonly sparkle: number;
  /** How dark shadows are, 0 to 1. */
  readonly shadow: number;
  /** Exposure and white balance: a factor for each channel. */
  readonly tint: readonly [number, number, number];
  /** How much darker the corners are, 0 to 1. */
  readonly vignette: number;
  /** Deviation of the sensor's noise, in levels of 255. */
  readonly noise: number;
}

/** The light of one picture: anything from a window at noon to a lamp in the evening. */
export function drawLight(draws: Draws): Light {
  const side = draws.between(-0.85, 0.85);
  const height = draws.between(0.25, 0.9);
  const front = draws.between(0.45, 1);
  const size = Math.hypot(side, height, front);
  const exposure = 1 + 0.1 * Math.max(-2, Math.min(2, draws.normal()));
  const warmth = 0.035 * Math.max(-2, Math.min(2, draws.normal()));
  return {
    toLamp: [side / size, height / size, front / size],
    ambient: draws.between(0.4, 0.62),
    sparkle: draws.between(0.25, 1),
    shadow: draws.between(0.3, 0.65),
    tint: [exposure * (1 + warmth), exposure, exposure * (1 - warmth)],
    vignette: draws.between(0, 0.3),
    noise: draws.between(0, 3),
  };
}
