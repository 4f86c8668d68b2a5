import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { DatasetProblem } from '../protocol/datasetProblem.ts';
import { ImageRefusal } from './imageHeader.ts';
import { learnImage, type ImageWish, type LearnedImage } from './learnImage.ts';
import { ImageFileReader } from './readImageFile.ts';

/** What a decoder thread is started with. */
export interface DecoderThreadData {
  job: 'decode';
}

/** To a decoder thread: a file to read, and then what is wanted of it (null: nothing). */
export type DecoderQuestion = { id: number; file: string } | { id: number; wish: ImageWish | null };

/** From it: the file's hash, and then what was wanted; or why not. */
export type DecoderAnswer =
  | { id: number; contentHash: string }
  | { id: number; learned: LearnedImage }
  | { id: number; refusal: DatasetProblem['kind']; reason: string }
  | { id: number; error: string };

/** Entry of a thread that reads, hashes and decodes for a `DecoderPool`. */
export function runDecoderThread(): void {
  const port = parentPort;
  if (!port) throw new Error('A decoder thread has a parent.');
  const reader = new ImageFileReader();
  const read = new Map<number, Uint8Array>();
  const answer = async (question: DecoderQuestion): Promise<void> => {
    const { id } = question;
    if ('file' in question) {
      const bytes = await reader.read(question.file);
      read.set(id, bytes);
      port.postMessage({ id, contentHash: createHash('sha256').update(bytes).digest('hex') } satisfies DecoderAnswer);
      return;
    }
    const bytes = read.get(id);
    read.delete(id);
    if (!bytes || !question.wish) return;
    const learned = await learnImage(bytes, question.wish);
    const given = learned.pixels.map(({ bytes }) => bytes.buffer);
    if (learned.thumbnail) given.push(learned.thumbnail.cell.buffer);
    port.postMessage({ id, learned } satisfies DecoderAnswer, given);
  };
  port.on('message', (question: DecoderQuestion) => {
    answer(question).catch((error: unknown) => {
      const { id } = question;
      const failed: DecoderAnswer =
        error instanceof ImageRefusal
          ? { id, refusal: error.kind, reason: error.message }
          : { id, error: error instanceof Error ? error.message : String(error) };
      port.postMessage(failed);
    });
  });
}
