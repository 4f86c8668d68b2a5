import { createHash } from 'node:crypto';
import { openPixels } from '../../../trainer/dataset/openPixels.ts';
import { prepare } from './pictures.ts';

// A process of its own that prepares a folder and tells what it has got: `node prepareChild.ts FOLDER`.
const folder = process.argv[2] ?? '';
const prepared = await prepare(folder);
const pixels = await openPixels(prepared, 16);
const all = new Uint8Array(new SharedArrayBuffer(prepared.images.length * 16 * 16 * 3));
await pixels.read([...prepared.images.keys()], all);
const { uncached } = pixels;
await pixels.close();
const hash = createHash('sha256').update(all).digest('hex');
process.stdout.write(JSON.stringify({ hash, uncached, splitHash: prepared.splitHash }));
