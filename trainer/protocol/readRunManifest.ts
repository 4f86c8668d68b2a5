import path from 'node:path';
import { readVersioned } from './readVersioned.ts';
import { runManifestSchema, type RunManifest } from './runFolder.ts';
import { runPaths, workspaceOfRun } from './runPaths.ts';
import { versions, type Versioned } from './versions.ts';

/** Reads the `run.json` of a run folder, its `baseDirectory` as an absolute path. Never throws. */
export function readRunManifest(folder: string): Versioned<RunManifest> {
  const read = readVersioned(runPaths(folder).manifest, runManifestSchema, versions.run);
  if (read.kind !== 'ok') return read;
  const baseDirectory = path.resolve(workspaceOfRun(folder), read.value.baseDirectory);
  return { ...read, value: { ...read.value, baseDirectory } };
}
