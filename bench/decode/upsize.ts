/** Contender: files to squares of 192, 96 and 48 pixels as training prepares them. Usage: upsize.ts FILES.json pixels|everything */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { DecoderPool } from '../../trainer/dataset/decoderPool.ts';
import { forEachBounded } from '../../trainer/dataset/forEachBounded.ts';
import type { ImageWish } from '../../trainer/dataset/learnImage.ts';
import { threadPlan } from '../../trainer/protocol/threadPlan.ts';
import { serveSteps } from '../trainStep/readCase.ts';

const [, , list = '', what] = process.argv;
// Written by the bench that starts this program.
const files = JSON.parse(readFileSync(list, 'utf8')) as string[];
const everything = what === 'everything';
const sides = [{ side: 192, sizes: [192, 96, 48] }];
const wish: ImageWish = { fit: 'stretch', sides, facts: everything, thumbnail: everything };
const { decoders, imagesAtOnce } = threadPlan(availableParallelism());
const pool = new DecoderPool(decoders);
const decode = async (file: string) => void (await pool.learn(file, () => wish, wish));
await forEachBounded(files.slice(0, 16), decode, { concurrency: imagesAtOnce });
await serveSteps(async (count) => {
  const wanted = Array.from({ length: count }, (_, at) => files[at % files.length] ?? '');
  await forEachBounded(wanted, decode, { concurrency: imagesAtOnce });
}, 'allAtOnce');
await pool.close();
