import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

const classes = {
  banana: [230, 200, 40],
  cherry: [190, 20, 40],
  lime: [90, 190, 50],
} as const;

/** A picture of one colour with a stripe whose place is another one in each picture, so that no two are the same. */
function pixels(side: number, [red, green, blue]: readonly [number, number, number], index: number): Buffer {
  const data = Buffer.alloc(side * side * 3);
  for (let place = 0; place < side * side; place++) {
    const x = place % side;
    const y = Math.floor(place / side);
    const light =
      0.6 + 0.4 * Math.sin((x * (index + 2) + y * (index % 7)) / side) - ((x + 3 * index) % side < 6 ? 0.25 : 0);
    data[place * 3] = Math.max(0, Math.min(255, red * light));
    data[place * 3 + 1] = Math.max(0, Math.min(255, green * light));
    data[place * 3 + 2] = Math.max(0, Math.min(255, blue * light));
  }
  return data;
}

/** Makes `photos/<class>/NN.png` in a folder: three fruits that even a tiny network tells apart within seconds. */
export async function makeTinyDataset(folder: string, imagesPerClass = 16, side = 64): Promise<void> {
  for (const [name, colour] of Object.entries(classes)) {
    const directory = path.join(folder, 'photos', name);
    await mkdir(directory, { recursive: true });
    for (let index = 0; index < imagesPerClass; index++) {
      const file = path.join(directory, `${String(index).padStart(2, '0')}.png`);
      await sharp(pixels(side, colour, index), { raw: { width: side, height: side, channels: 3 } }).toFile(file);
    }
  }
}

/** A config with which each of three stages takes seconds. */
export const tinyConfig = {
  dataset: 'photos',
  model: { filters: [4, 8], denseUnits: 8, dropout: 0 },
  training: { epochs: 2, batchSize: 8, augmentation: false, earlyStopping: false, reduceLearningRate: false },
  stages: [{ size: 16 }, { size: 32, freeze: 'parent' }, { size: 64, freeze: 'parent' }],
};

/** A workspace folder with the tiny data set and its config. */
export async function makeTinyWorkspace(folder: string, config: object = tinyConfig): Promise<void> {
  await makeTinyDataset(folder);
  await writeFile(path.join(folder, 'upsize.json'), `${JSON.stringify(config, null, 2)}\n`);
}
