import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { configSchema } from '../protocol/config.ts';
import { workspacePaths } from '../protocol/runPaths.ts';
import { ensureWorkspaceFolder } from '../run/createRun.ts';
import { CommandError, exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { describeFoundDataset, findDatasets, type FoundDataset } from './findDatasets.ts';

const optionsSchema = commonOptionsSchema.extend({
  force: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});

/** Where the JSON Schema for editors lies: in the workspace, so that a config works without a network. */
const schemaFile = 'upsize.schema.json';

/** `upsize init`: writes an `upsize.json` for the images that are found in the workspace. */
export function defineInit(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .argument('[dir]', 'folder or CSV file with the images; default: the largest data set found here')
    .option('--force', 'replace a config that is there')
    .option('--dry-run', 'say for which images a config would be written, and write nothing')
    .action((typed: unknown) => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const file = path.resolve(context.currentDirectory, options.config ?? path.join(workspace, 'upsize.json'));
      if (existsSync(file) && !options.force) {
        throw new CommandError(`${file}: there is a config already. --force replaces it.`, exitCodes.choice);
      }
      const given = z.string().optional().parse(typed);
      const { dataset, found } = chooseDataset(workspace, file, given, context);
      if (!options.dryRun) writeConfig(file, dataset, workspace);
      if (options.json) {
        const { classes = null, images = null } = found ?? {};
        sayJson(context.output, { config: file, dataset, classes, images });
        return;
      }
      if (found) say(context.output, `Found ${describeFoundDataset(found)}.`);
      const shown = path.relative(context.currentDirectory, file);
      if (options.dryRun) {
        say(context.output, `${shown} would be written for them.`);
        return;
      }
      say(context.output, `Wrote ${shown}.`);
      say(
        context.output,
        'Next: "upsize scan" looks through the images, "upsize train --all" trains 48, 96 and 192 px.',
      );
    });
}

function writeConfig(file: string, dataset: string, workspace: string): void {
  const $schema = relativeTo(file, writeSchema(workspace));
  writeFileSync(file, configText({ $schema, dataset, stages: [{ size: 48 }, { size: 96 }, { size: 192 }] }));
}

function chooseDataset(
  workspace: string,
  configFile: string,
  given: string | undefined,
  context: CommandContext,
): { dataset: string; found: FoundDataset | null } {
  const directory = given === undefined ? workspace : path.resolve(context.currentDirectory, given);
  if (!existsSync(directory)) throw new CommandError(`${directory}: there is no such folder or file.`, exitCodes.usage);
  if (/\.csv$/i.test(directory)) return { dataset: relativeTo(configFile, directory), found: null };
  const all = findDatasets(directory);
  // A folder that was named is meant itself where it is a data set.
  const found = (given === undefined ? undefined : all.find((one) => one.path === '.')) ?? all[0];
  if (!found) {
    throw new CommandError(
      `${directory}: no data set was found here. Upsize takes a folder with one folder of JPEG, PNG or WebP images for each class, ` +
        'or a CSV file with the columns path and label.',
      exitCodes.usage,
    );
  }
  const others = all.filter((one) => one !== found).slice(0, 5);
  if (others.length > 0) {
    say(context.errorOutput, 'There are others; "upsize init DIR" takes one of them:');
    for (const other of others) say(context.errorOutput, `  ${describeFoundDataset(other)}`);
  }
  return { dataset: relativeTo(configFile, path.join(directory, found.path)), found };
}

/** Relative, with `/`; a folder elsewhere stays absolute, since a way up and down again helps nobody. */
function relativeTo(configFile: string, target: string): string {
  const relative = path.relative(path.dirname(configFile), target);
  if (relative === '') return '.';
  return (relative.startsWith('..') || path.isAbsolute(relative) ? target : relative).split(path.sep).join('/');
}

function writeSchema(workspace: string): string {
  ensureWorkspaceFolder(workspace);
  const { root } = workspacePaths(workspace);
  mkdirSync(root, { recursive: true });
  const file = path.join(root, schemaFile);
  writeFileSync(file, `${JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`);
  return file;
}

/** JSON with each stage on a line of its own. */
function configText({ stages, ...rest }: { stages: object[] } & Record<string, unknown>): string {
  const head = Object.entries(rest).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`);
  const lines = stages.map(
    (stage) => `    ${JSON.stringify(stage).replaceAll(':', ': ').replace('{', '{ ').replace('}', ' }')}`,
  );
  return `{\n${head.join('\n')}\n  "stages": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
