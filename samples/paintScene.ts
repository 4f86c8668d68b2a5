import { paintBackground } from './backgrounds.ts';
import { Canvas } from './canvas.ts';
import { Draws } from './draws.ts';
import type { FruitKind } from './fruit.ts';
import { drawLight } from './light.ts';
import { paintFruit, paintShadow } from './paintFruit.ts';
import type { Place } from './paintFruit.ts';
import { paintLeaf } from './paintPlant.ts';

/** What is needed to paint one picture; the same values give the same pixels. */
export interface Scene {
  readonly seed: number;
  /** Tells the scenes of one seed apart. */
  readonly number: number;
  readonly kind: FruitKind;
  readonly width: number;
  readonly height: number;
}

/** All pictures of a thread are painted in one buffer, one at a time: a new one for each would keep the garbage collector busy. */
let buffer = new Float32Array(0);

/**
 * Paints a picture of fruit, three bytes a pixel. Background, light and composition are drawn without looking at the kind of fruit, so
 * that nothing but the fruit tells its class.
 */
export function paintScene({ seed, number, kind, width, height }: Scene): Uint8ClampedArray {
  const stream = (name: string) => new Draws(seed, name, number);
  if (buffer.length < width * height * 3) buffer = new Float32Array(width * height * 3);
  const canvas = new Canvas(width, height, buffer);
  const light = drawLight(stream('light'));
  const composition = stream('composition');
  const lift = composition.uniform();
  paintBackground(canvas, stream('background'));

  const places = drawPlaces(composition);
  places.forEach((place, index) => {
    paintShadow(canvas, place, light, lift);
    const draws = new Draws(seed, 'fruit', number, index);
    paintFruit(canvas, kind.grow(draws, 1 / (canvas.scale * place.radius)), place, light);
  });
  if (composition.chance(0.14)) paintLeafInFront(canvas, composition, light);
  finish(canvas, light, stream('sensor'));
  return canvas.toBytes();
}

/** One fruit in the middle, often with others behind it, now and then with one in front that hides a part. */
function drawPlaces(draws: Draws): Place[] {
  const radius = draws.between(0.68, 0.92);
  const room = Math.max(0.06, 0.98 - radius);
  const main = { x: draws.between(-room, room), y: draws.between(-room, room), radius };
  const behind = draws.pick([0, 0, 0, 1, 1, 2]);
  const beside = (distance: number): Place => {
    // To the sides, above or below, hardly ever in a corner: there the background shows, which says nothing of the class.
    const angle = (draws.integer(4) * Math.PI) / 2 + draws.between(-0.3, 0.3);
    const own = radius * draws.between(0.8, 1);
    return {
      x: main.x + Math.cos(angle) * distance * radius,
      y: main.y + Math.sin(angle) * distance * radius,
      radius: own,
    };
  };
  const places = Array.from({ length: behind }, () => beside(draws.between(1.2, 1.7)));
  places.push(main);
  if (draws.chance(0.15)) places.push(beside(draws.between(1.25, 1.6)));
  return places;
}

function paintLeafInFront(canvas: Canvas, draws: Draws, light: Parameters<typeof paintLeaf>[4]): void {
  const angle = draws.between(0, 2 * Math.PI);
  const from = [Math.cos(angle) * 1.25, Math.sin(angle) * 1.25] as const;
  const bend = angle + Math.PI + draws.between(-0.45, 0.45);
  const length = draws.between(0.7, 1.15);
  const to = [from[0] + Math.cos(bend) * length, from[1] + Math.sin(bend) * length] as const;
  paintLeaf(canvas, from, to, [draws.between(60, 110), draws.between(104, 150), draws.between(40, 66)], light);
}

/** What the camera does: white balance, darker corners, the noise of its sensor. */
function finish(canvas: Canvas, light: ReturnType<typeof drawLight>, draws: Draws): void {
  const { pixels, width, height } = canvas;
  const [red, green, blue] = light.tint;
  const strength = (2.45 * light.noise) / 0xffff;
  for (let row = 0, index = 0; row < height; row++) {
    const v = (2 * row) / height - 1;
    for (let column = 0; column < width; column++, index += 3) {
      const u = (2 * column) / width - 1;
      const fall = 1 - light.vignette * 0.5 * (u * u + v * v);
      // The sum of two even draws: close enough to a bell curve, and far cheaper.
      const bits = draws.bits();
      const grain = ((bits & 0xffff) + (bits >>> 16) - 0xffff) * strength;
      pixels[index] = pixels[index]! * fall * red + grain;
      pixels[index + 1] = pixels[index + 1]! * fall * green + grain;
      pixels[index + 2] = pixels[index + 2]! * fall * blue + grain;
    }
  }
}
