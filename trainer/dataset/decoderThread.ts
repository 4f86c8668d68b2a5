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

/**
 * To a decoder thread: a file to read, and what is wanted of it. Where that is null it is asked once more, with the same id and no file,
 * when it is known what is wanted (null: nothing).
 */
export interface DecoderQuestion {
  id: number;
  file: string | null;
  wish: ImageWish | null;
}

/** From it: the file's hash where it was read for this question, and what was wanted; or why not. */
export type DecoderAnswer =
  | { id: number; contentHash: string | null; learned: LearnedImage | null }
  | { id: number; contentHash: string | null; refusal: DatasetProblem['kind']; reason: string }
  | { id: number; error: string };

/** Entry of a thread that reads, hashes and decodes for a `DecoderPool`. */
export function runDecoderThread(): void {
  const port = parentPort;
  if (!port) throw new Error('A decoder thread has a parent.');
  const reader = new ImageFileReader();
  const read = new Map<number, Uint8Array>();
  const answer = async ({ id, file, wish }: DecoderQuestion): Promise<void> => {
    let contentHash: string | null = null;
    try {
      const bytes = file === null ? read.get(id) : await reader.read(file);
      read.delete(id);
      if (!bytes) return;
      if (file !== null) contentHash = createHash('sha256').update(bytes).digest('hex');
      if (wish === null) {
        if (file === null) return;
        read.set(id, bytes);
      }
      const learned = wish && (await learnImage(bytes, wish));
      const given = learned?.pixels.map(({ bytes }) => bytes.buffer) ?? [];
      if (learned?.thumbnail) given.push(learned.thumbnail.cell.buffer);
      port.postMessage({ id, contentHash, learned } satisfies DecoderAnswer, given);
    } catch (error) {
      const failed: DecoderAnswer =
        error instanceof ImageRefusal
          ? { id, contentHash, refusal: error.kind, reason: error.message }
          : { id, error: error instanceof Error ? error.message : String(error) };
      port.postMessage(failed);
    }
  };
  port.on('message', (question: DecoderQuestion) => void answer(question));
}
