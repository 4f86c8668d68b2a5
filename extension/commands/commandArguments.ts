import * as z from 'zod';
import { Declined } from './declined.ts';

/** What every command that is about a run takes; an item of a view also says the folder it belongs to. */
export const runArguments = { runId: z.string().optional(), folder: z.string().optional() };

/** What an item of one of Upsize's views stands for. */
interface ViewItem {
  /** Absolute path of its workspace folder. */
  folder: string;
  runId?: string;
  /** Of a data problem: its image, relative to the data set's root. */
  file?: string;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What an item of a view stands for, as menus hand it to commands; undefined for everything else. */
export function viewItemIn(argument: unknown): ViewItem | undefined {
  if (!isObject(argument) || !('folder' in argument) || !isObject(argument.folder)) return undefined;
  if (!('path' in argument.folder) || typeof argument.folder.path !== 'string') return undefined;
  const folder = argument.folder.path;
  const problem = 'problem' in argument ? argument.problem : undefined;
  if (isObject(problem) && 'file' in problem && typeof problem.file === 'string') return { folder, file: problem.file };
  const node = 'node' in argument ? argument.node : undefined;
  if (!isObject(node) || !('run' in node) || !isObject(node.run)) return { folder };
  return 'id' in node.run && typeof node.run.id === 'string' ? { folder, runId: node.run.id } : { folder };
}

/** The path of a file URI, as VS Code's menus and other extensions give it. */
export function pathOfUri(argument: unknown): string | undefined {
  if (!isObject(argument) || !('fsPath' in argument) || !('scheme' in argument)) return undefined;
  return typeof argument.fsPath === 'string' ? argument.fsPath : undefined;
}

/**
 * What a command was called with, by its schema. Keybindings give one JSON value, code may give several, menus give URIs and
 * items of views: objects are laid over each other, and a value that is none is the field that `places` names for it. An item
 * says as much as the command wants to know. Throws Declined with what is wrong, so that nothing that was said is left out in
 * silence.
 */
export function parseArguments<T>(args: readonly unknown[], schema: z.ZodType<T>, places: readonly string[]): T {
  const item = viewItemIn(args[0]);
  const isMenu = item !== undefined || pathOfUri(args[0]) !== undefined;
  const said: Record<string, unknown> = {};
  for (const [index, argument] of args.entries()) {
    if (argument === undefined || argument === null || viewItemIn(argument)) continue;
    // Menus add all that is selected.
    if (isMenu && Array.isArray(argument)) continue;
    Object.assign(said, fieldsOf(argument, places[index] ?? `argument ${index + 1}`));
  }
  for (const known of item ? [item, { folder: item.folder }] : []) {
    const parsed = schema.safeParse({ ...known, ...said });
    if (parsed.success) return parsed.data;
  }
  const parsed = schema.safeParse(said);
  if (parsed.success) return parsed.data;
  throw new Declined(`The command does not take ${JSON.stringify(said)}: ${z.prettifyError(parsed.error)}`);
}

function fieldsOf(argument: unknown, place: string): object {
  const path = pathOfUri(argument);
  if (path !== undefined) return { [place]: path };
  return isObject(argument) && !Array.isArray(argument) ? argument : { [place]: argument };
}
