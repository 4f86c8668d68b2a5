import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { imagePathsAt, spellingsOf } from './imagePathAt.ts';

/** An image file that a place in a text names. */
export interface FoundImage {
  /** Absolute path. */
  file: string;
  /** Columns of the path in its line. */
  start: number;
  end: number;
  /** Changes when the file does. */
  stamp: string;
}

/**
 * The image that a line names at a column: its path absolute, or relative to one of the `roots`, the first that has it. Null
 * where there is none.
 */
export async function findImage(line: string, column: number, roots: readonly string[]): Promise<FoundImage | null> {
  for (const { text, start, end } of imagePathsAt(line, column)) {
    for (const written of spellingsOf(text)) {
      const spelled = written.startsWith('~/') ? path.join(homedir(), written.slice(2)) : written;
      const files = path.isAbsolute(spelled) ? [spelled] : roots.map((root) => path.resolve(root, spelled));
      for (const file of new Set(files)) {
        const stamp = await stampOf(file);
        if (stamp !== null) return { file, start, end, stamp };
      }
    }
  }
  return null;
}

/** Changes when the file does; null where there is no such file. */
export async function stampOf(file: string): Promise<string | null> {
  try {
    const found = await stat(file);
    return found.isFile() ? `${found.size} ${found.mtimeMs}` : null;
  } catch {
    return null;
  }
}
