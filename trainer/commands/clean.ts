import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { isLive } from '../protocol/runState.ts';
import { neededBy } from '../protocol/ladder.ts';
import { bytesText } from '../protocol/numberFormats.ts';
import { runIdSchema } from '../protocol/runFolder.ts';
import { workspacePaths } from '../protocol/runPaths.ts';
import { RunStore } from '../protocol/runStore.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findRun } from './findRun.ts';
import { textTable } from './textTable.ts';

const optionsSchema = commonOptionsSchema.extend({
  yes: z.boolean().default(false),
  trash: z.boolean().default(false),
  run: z.array(z.string()).default([]),
});

const keptMs = 30 * 24 * 60 * 60_000;

/** Something that can be removed. */
interface Removable {
  what: 'cache' | 'trash' | 'run';
  /** Absolute path. */
  path: string;
  bytes: number;
  /** A phrase: what it is, and what removing it costs. */
  why: string;
}

/** `upsize clean`: lists what can be removed, and removes it with `--yes`. Runs only where they are named, into the trash. */
export function defineClean(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .option('--yes', 'remove what is listed')
    .option('--trash', 'also what was deleted less than 30 days ago')
    .option('--run <run...>', 'move these runs to the trash; nothing else then')
    .action(() => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const items =
        options.run.length > 0
          ? options.run.map((typed) => removableRun(workspace, typed))
          : [...removableCache(workspace, context), ...removableTrash(workspace, options.trash)];
      const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
      if (!options.json) list(items, workspace, context);
      if (options.yes) for (const item of items) remove(workspace, item);
      if (options.json) sayJson(context.output, { removed: options.yes, bytes, items });
      else if (items.length === 0) say(context.output, 'There is nothing to remove.');
      else if (!options.yes) say(context.output, `${bytesText(bytes)} in all. Nothing was removed; --yes does it.`);
      else say(context.output, options.run.length > 0 ? 'Moved to the trash.' : `Removed ${bytesText(bytes)}.`);
    });
}

/** Before anything is removed: where that breaks off, it is known what was meant. */
function list(items: readonly Removable[], workspace: string, { output }: CommandContext): void {
  if (items.length === 0) return;
  for (const line of table(items, workspace)) say(output, line);
  say(output);
}

function table(items: readonly Removable[], workspace: string): string[] {
  return textTable<Removable>(
    [
      { head: 'what', cell: (item) => path.relative(workspace, item.path) },
      { head: 'size', align: 'right', cell: (item) => bytesText(item.bytes) },
      { head: 'why', cell: (item) => item.why },
    ],
    items,
  );
}

/** Bytes of all files in a folder; links are counted themselves, never followed. */
function bytesIn(folder: string): number {
  const info = lstatSync(folder, { throwIfNoEntry: false });
  if (!info) return 0;
  if (!info.isDirectory()) return info.size;
  return readdirSync(folder).reduce((sum, name) => sum + bytesIn(path.join(folder, name)), 0);
}

function removableCache(workspace: string, context: CommandContext): Removable[] {
  const { cache } = workspacePaths(workspace);
  if (!existsSync(cache)) return [];
  const working = new RunStore(workspace).list().runs.find((run) => isLive(run.state));
  if (working) {
    say(context.errorOutput, `The cache is left alone: run ${working.id} is ${working.state} and uses it.`);
    return [];
  }
  const why = 'decoded images and thumbnails; the next run decodes them again';
  return [{ what: 'cache', path: cache, bytes: bytesIn(cache), why }];
}

function removableTrash(workspace: string, all: boolean): Removable[] {
  const { trash } = workspacePaths(workspace);
  if (!existsSync(trash)) return [];
  return readdirSync(trash)
    .filter((name) => runIdSchema.safeParse(name).success)
    .map((name) => path.join(trash, name))
    .map((folder) => ({ folder, days: ((Date.now() - statSync(folder).mtimeMs) / keptMs) * 30 }))
    .filter(({ days }) => all || days > 30)
    .map(({ folder, days }) => ({
      what: 'trash' as const,
      path: folder,
      bytes: bytesIn(folder),
      why: `a run that was deleted ${days < 1 ? 'today' : `${Math.floor(days)} days ago`}; it cannot be restored then`,
    }));
}

function removableRun(workspace: string, typed: string): Removable {
  const run = findRun(workspace, typed);
  if (isLive(run.state)) {
    throw new CommandError(
      `Run ${run.id} is ${run.state}. "upsize stop ${run.id}" stops it; then it can be removed.`,
      exitCodes.choice,
    );
  }
  const needed = neededBy(new RunStore(workspace).list().runs, run.id);
  if (needed !== null) throw new CommandError(needed, exitCodes.choice);
  const why = 'to the trash, where it can be restored for 30 days; runs that started from it stay whole';
  return { what: 'run', path: run.folder, bytes: bytesIn(run.folder), why };
}

function remove(workspace: string, item: Removable): void {
  if (item.what !== 'run') {
    rmSync(item.path, { recursive: true, force: true });
    return;
  }
  const { trash } = workspacePaths(workspace);
  mkdirSync(trash, { recursive: true });
  const target = path.join(trash, path.basename(item.path));
  rmSync(target, { recursive: true, force: true });
  renameSync(item.path, target);
  // The folder's own time says since when it lies there.
  const now = Date.now() / 1000;
  utimesSync(target, now, now);
}
