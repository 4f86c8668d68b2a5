import { cp, realpath } from 'node:fs/promises';
import { workspacePaths } from '../../trainer/protocol/runPaths.ts';

/**
 * Copies a workspace for pictures: under a name that shows nothing of the machine, and with a scan of its own, so that the
 * workspace is left as it is. What can be made again stays behind. The runs of the copy were trained on the copy's images.
 */
export async function copyWorkspace(workspace: string, target: string): Promise<void> {
  const from = await realpath(workspace);
  const { cache, trash } = workspacePaths(from);
  await cp(from, target, { recursive: true, filter: (file) => file !== cache && file !== trash });
}
