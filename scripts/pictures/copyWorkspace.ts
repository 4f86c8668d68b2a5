import { cp, readFile, readdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runManifestSchema, runPaths, workspacePaths } from '../../trainer/protocol/runFolder.ts';

/**
 * Copies a workspace for pictures: under a name that shows nothing of the machine, and with a scan of its own, so that the
 * workspace is left as it is. What can be made again stays behind. The runs of the copy were trained on the copy's images.
 */
export async function copyWorkspace(workspace: string, target: string): Promise<void> {
  const from = await realpath(workspace);
  const { cache, trash } = workspacePaths(from);
  await cp(from, target, { recursive: true, filter: (file) => file !== cache && file !== trash });
  const { runs } = workspacePaths(target);
  for (const id of await readdir(runs)) {
    const { manifest } = runPaths(path.join(runs, id));
    const run = runManifestSchema.parse(JSON.parse(await readFile(manifest, 'utf8')));
    const place = path.relative(from, run.baseDirectory);
    if (place.startsWith('..') || path.isAbsolute(place)) continue;
    await writeFile(manifest, JSON.stringify({ ...run, baseDirectory: path.join(target, place) }));
  }
}
