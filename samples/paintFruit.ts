import { Hit } from './body.ts';
import type { Canvas, Colour } from './canvas.ts';
import type { Fruit, Stem } from './fruit.ts';
import type { Light } from './light.ts';
import { smoothStep } from './noise.ts';
import { paintLeaf, paintStroke } from './paintPlant.ts';

/** Where a fruit lies in the scene: its centre and radius in scene units. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Dims what lies under a fruit. `lift` 0 is seen from the side, 1 from above. */
export function paintShadow(canvas: Canvas, place: Place, light: Light, lift: number): void {
  const width = place.radius * 1.12;
  const height = place.radius * (0.34 + 0.72 * lift);
  const centreX = place.x - light.toLamp[0] * place.radius * 0.45;
  const centreY = place.y - place.radius * (0.78 - 0.62 * lift);
  canvas.visitBox(
    centreX - width * 1.6,
    centreY - height * 1.6,
    centreX + width * 1.6,
    centreY + height * 1.6,
    (column, row, index) => {
      const u = (canvas.xAt(column) - centreX) / width;
      const v = (canvas.yAt(row) - centreY) / height;
      const away = u * u + v * v;
      if (away >= 2.25) return;
      const depth = light.shadow * smoothStep(2.25, 0.1, away);
      if (depth > 0) canvas.dim(index, 1 - depth, 1 - depth * 0.97, 1 - depth * 0.92);
    },
  );
}

/** Paints one fruit with its stalk and leaf. */
export function paintFruit(canvas: Canvas, fruit: Fruit, place: Place, light: Light): void {
  const { body, stem } = fruit;
  const stemFirst = body.turn[7] < 0.32;
  if (stem && stemFirst) paintStem(canvas, fruit, stem, place, light);
  paintBody(canvas, fruit, place, light);
  if (stem && !stemFirst) paintStem(canvas, fruit, stem, place, light);
  if (stem?.leaf) {
    const [x, y] = stemPoint(fruit, place, stem.length * 0.55);
    const { angle, length, colour } = stem.leaf;
    const reach = length * place.radius;
    paintLeaf(canvas, [x, y], [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach], colour, light);
  }
}

function paintBody(canvas: Canvas, fruit: Fruit, place: Place, light: Light): void {
  const { body, skin, gloss, tightness, velvet } = fruit;
  const { x: centreX, y: centreY, radius } = place;
  const pixel = 1 / (canvas.scale * radius);
  const [lampX, lampY, lampZ] = light.toLamp;
  const halfSize = 1 / Math.hypot(lampX, lampY, lampZ + 1);
  const [halfX, halfY, halfZ] = [lampX * halfSize, lampY * halfSize, (lampZ + 1) * halfSize];
  const { ambient } = light;
  const shine = gloss * light.sparkle * 235;
  const hit = new Hit(pixel);
  const out = new Float32Array(4);
  const { pixels } = canvas;
  const reach = radius * (body.reach + 0.02) + 2 / canvas.scale;
  canvas.visitBox(centreX - reach, centreY - reach, centreX + reach, centreY + reach, (column, row, index) => {
    hit.viewX = (canvas.xAt(column) - centreX) / radius;
    hit.viewY = (canvas.yAt(row) - centreY) / radius;
    body.meet(hit);
    if (hit.coverage <= 0) return;
    skin(hit, out);
    const { normalX, normalY, normalZ } = hit;
    const facing = normalX * lampX + normalY * lampY + normalZ * lampZ;
    // Light wraps a little around the edge, and some comes back up from the table.
    const direct = Math.max(0, (facing + 0.22) / 1.22);
    const bounce = 0.09 * Math.max(0, -normalY);
    const rim = 1 - Math.max(0, normalZ);
    const fuzz = velvet * rim * rim * 0.55;
    const shade = ambient * (0.8 + 0.2 * normalY) + bounce + (1.06 - ambient) * direct - 0.16 * rim * rim * rim + fuzz;
    let glint = Math.max(0, normalX * halfX + normalY * halfY + normalZ * halfZ);
    for (let power = 0; power < tightness; power++) glint *= glint;
    const white = glint * shine * out[3]!;
    // Shade is a little bluer and more saturated than light, as under a sky.
    const cool = 0.06 * (1 - shade);
    const share = hit.coverage;
    const under = 1 - share;
    pixels[index] = pixels[index]! * under + share * (out[0]! * (shade - cool * 0.4) + white);
    pixels[index + 1] = pixels[index + 1]! * under + share * (out[1]! * (shade - cool * 0.6) + white * 0.98);
    pixels[index + 2] = pixels[index + 2]! * under + share * (out[2]! * (shade + cool) + white * 0.94 + fuzz * 30);
  });
}

function stemPoint(fruit: Fruit, place: Place, along: number, aside = 0): [number, number] {
  const { turn, stemHeight } = fruit.body;
  const height = stemHeight - 0.06 + along;
  return [place.x + place.radius * (turn[1] * height + aside), place.y + place.radius * turn[4] * height];
}

function paintStem(canvas: Canvas, fruit: Fruit, stem: Stem, place: Place, light: Light): void {
  const colour: Colour = stem.colour;
  paintStroke(
    canvas,
    [
      stemPoint(fruit, place, 0),
      stemPoint(fruit, place, stem.length * 0.6, stem.bend * 0.08),
      stemPoint(fruit, place, stem.length, stem.bend * stem.length * 0.7),
    ],
    [stem.thickness * place.radius, stem.thickness * place.radius * 1.25],
    colour,
    light,
  );
}
