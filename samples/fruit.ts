import type { Body, Hit } from './body.ts';
import type { Colour } from './canvas.ts';
import type { Draws } from './draws.ts';

/** One fruit as it is to be painted: its shape as it lies, its skin, and what grows out of it. */
export interface Fruit {
  readonly body: Body;
  /** Writes the colour of the skin at a hit (three channels, 0 to 255, before light and shade) and how much it shines (fourth). */
  readonly skin: Skin;
  /** How strong its highlight is, 0 to 1, and how small: the cosine is raised to 2 to this power. */
  readonly gloss: number;
  readonly tightness: number;
  /** How much its outline glows in the light, as fuzz does, 0 to 1. */
  readonly velvet: number;
  readonly stem?: Stem;
}

/** See {@link Fruit.skin}. */
export type Skin = (hit: Hit, out: Float32Array) => void;

/** A stalk; lengths in fruit radii. */
export interface Stem {
  readonly length: number;
  readonly thickness: number;
  readonly bend: number;
  readonly colour: Colour;
  readonly leaf?: LeafShape;
}

/** A leaf on a stalk; `angle` in radians in the picture plane, `length` in fruit radii. */
export interface LeafShape {
  readonly angle: number;
  readonly length: number;
  readonly colour: Colour;
}

/** A kind of fruit: the name of its class folder, its share of the pictures, and how one of it looks. */
export interface FruitKind {
  readonly name: string;
  /** Pictures in a full set of 2,000. */
  readonly pictures: number;
  /** Grows one fruit; `pixel` is the size of a pixel in fruit radii: what is finer than that cannot be painted. */
  readonly grow: (draws: Draws, pixel: number) => Fruit;
}
