import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { Canvas } from './canvas.ts';
import { fruitKinds } from './fruitKinds.ts';
import { smoothStep } from './noise.ts';
import { paintScene } from './paintScene.ts';
import type { PicturePlan } from './plan.ts';

/** Paints one picture and encodes it: the bytes of its file, the same each time. */
export async function paintPicture(plan: PicturePlan, seed: number): Promise<Buffer> {
  if (plan.flaw === 'placeholder') return placeholder();
  const kind = fruitKinds.find(({ name }) => name === plan.shows);
  if (!kind) throw new Error(`${plan.path}: there is no fruit called ${plan.shows} to paint.`);
  const { width, height, copyOf } = plan;
  const pixels = paintScene({ seed, number: plan.scene, kind, width, height });
  let picture = sharp(pixels, { raw: { width, height, channels: 3 } });
  if (copyOf) {
    const left = Math.round(width * copyOf.cropped);
    const top = Math.round(height * copyOf.cropped);
    picture = picture
      .extract({ left, top, width: width - 2 * left, height: height - 2 * top })
      .modulate({ brightness: copyOf.brightness })
      .resize(Math.round((width - 2 * left) * copyOf.resized));
  }
  if (plan.grey) picture = picture.toColourspace('b-w');
  return encode(picture, plan);
}

function encode(picture: Sharp, { format, quality }: Pick<PicturePlan, 'format' | 'quality'>): Promise<Buffer> {
  switch (format) {
    case 'jpg':
      return picture.jpeg({ quality }).toBuffer();
    case 'png':
      return picture.png({ compressionLevel: 6 }).toBuffer();
    case 'webp':
      return picture.webp({ quality, effort: 2 }).toBuffer();
  }
}

/** The stock picture that a web page shows where it has none: a grey fruit crossed out. */
function placeholder(): Promise<Buffer> {
  const canvas = new Canvas(160, 160);
  canvas.visitBox(-1, -1, 1, 1, (column, row, index) => {
    const x = canvas.xAt(column);
    const y = canvas.yAt(row) + 0.06;
    const fruit = smoothStep(
      0.02,
      -0.02,
      Math.hypot(x, y * 1.06) - 0.46 + 0.14 * Math.exp(-x * x * 18) * Math.max(0, y),
    );
    const stalk =
      smoothStep(0.045, 0.025, Math.abs(x - 0.03 - (y - 0.4) * 0.3)) *
      smoothStep(0.32, 0.36, y) *
      smoothStep(0.66, 0.62, y);
    const bar = smoothStep(0.06, 0.04, Math.abs(x + y)) * smoothStep(0.86, 0.84, Math.abs(x - y));
    const frame = smoothStep(0.9, 0.91, Math.max(Math.abs(x), Math.abs(canvas.yAt(row))));
    const tone = Math.max(fruit, stalk) * (1 - bar);
    canvas.lay(index, 1, 236 - 58 * tone - 20 * frame, 236 - 56 * tone - 20 * frame, 238 - 52 * tone - 20 * frame);
  });
  return sharp(canvas.toBytes(), { raw: { width: 160, height: 160, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}
