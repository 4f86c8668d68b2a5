import { realpath } from 'node:fs/promises';
import path from 'node:path';

/** Whether an absolute path is the root or below it. Both must have their symbolic links resolved. */
export function isInside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}

/**
 * Resolves a path with all its symbolic links.
 *
 * @returns the real path, or null when it leads out of the root.
 * @throws the file system's error when there is no such file.
 */
export async function realPathInside(root: string, file: string): Promise<string | null> {
  const real = await realpath(file);
  return isInside(root, real) ? real : null;
}
