import path from 'node:path';
import { answer } from '../../webviews/protocol/hostChannel.ts';
import { saveRequests } from '../../webviews/protocol/save.ts';

/** Where things that are saved or copied go. */
export interface Saving {
  /** Asks for a place and writes there. False where the user thought better of it. */
  save(fileName: string, content: Uint8Array): Promise<boolean>;
  copy(text: string): Promise<void>;
}

/** A proposed name without anything that could lead out of a folder, or that a file system refuses. */
export function safeFileName(proposed: string): string {
  const last = path.basename(proposed.replaceAll('\\', '/'));
  const clean = last.replace(/[<>:"|?*\u0000-\u001f]/g, '').replace(/^\.+/, '');
  return clean === '' ? 'upsize' : clean;
}

/** The answers to `saveRequests`, the same in every panel. */
export function saveAnswers(saving: Saving) {
  return {
    save: answer(saveRequests.save, ({ fileName, encoding, content }) =>
      saving.save(safeFileName(fileName), Buffer.from(content, encoding)),
    ),
    copy: answer(saveRequests.copy, async ({ text }) => {
      await saving.copy(text);
      return null;
    }),
  };
}
