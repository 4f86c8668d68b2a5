import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EffectiveConfig } from '../protocol/config.ts';
import { isInside } from '../dataset/insideRoot.ts';
import type { RunManifest } from '../protocol/runFolder.ts';
import { runFolderOf, runPaths, workspacePaths } from '../protocol/runPaths.ts';
import { versions } from '../protocol/versions.ts';
import { replaceFileDurably } from '../protocol/replaceFile.ts';

export interface NewRun {
  workspace: string;
  baseDirectory: string;
  config: EffectiveConfig;
  parent: {
    id: string;
    ladderId: string;
    weights: 'model' | 'best';
    weightsSha256: string;
  } | null;
}

/** Sorts by time, says its size, and is never made from what a user typed. */
function newRunId(size: number, created: number): string {
  const stamp = new Date(created).toISOString().replace(/\D/g, '').slice(0, 14);
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-${size}-${randomBytes(3).toString('hex')}`;
}

/** Makes `.upsize/` with its `.gitignore`, so that nothing in it is ever committed by accident. */
export function ensureWorkspaceFolder(workspace: string): void {
  const { root, runs } = workspacePaths(workspace);
  mkdirSync(runs, { recursive: true });
  const ignore = path.join(root, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
}

/** Makes the folder of a run and its `run.json`. From here on the run is seen by everyone, as queued. */
export function createRun({ workspace, baseDirectory, config, parent }: NewRun): RunManifest & { folder: string } {
  ensureWorkspaceFolder(workspace);
  const created = Date.now();
  const id = newRunId(config.stage.size, created);
  const folder = runFolderOf(workspace, id);
  mkdirSync(folder);
  const manifest: RunManifest = {
    version: versions.run,
    id,
    parentId: parent?.id ?? null,
    parentWeightsSha256: parent?.weightsSha256 ?? null,
    parentWeights: parent?.weights ?? null,
    ladderId: parent?.ladderId ?? id,
    config,
    baseDirectory,
    created,
  };
  const written = { ...manifest, baseDirectory: movable(workspace, baseDirectory) };
  replaceFileDurably(runPaths(folder).manifest, `${JSON.stringify(written, null, 2)}\n`);
  return { ...manifest, folder };
}

/** A folder as seen from the workspace folder where it lies inside, else as it is. */
function movable(workspace: string, folder: string): string {
  const root = path.resolve(workspace);
  const absolute = path.resolve(folder);
  return isInside(root, absolute) ? path.relative(root, absolute).replaceAll(path.sep, '/') || '.' : absolute;
}
