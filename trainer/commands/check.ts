import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { checkPipeline } from '../protocol/pipelineChecks.ts';
import { locate } from '../protocol/readConfig.ts';
import { readScan } from '../protocol/readScan.ts';
import { scanSummary } from '../protocol/scan.ts';
import { exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findConfig } from './findConfig.ts';

/** As VS Code and compilers spell them. */
const words = { error: 'error', warning: 'warning', information: 'info' } as const;

/** `upsize check`: what in the config, and in the newest scan of its images, would train and mislead. Ends with 1 on an error. */
export function defineCheck(command: Command, context: CommandContext): void {
  addCommonOptions(command).action(async () => {
    const options = commonOptionsSchema.parse(command.opts());
    const workspace = workspaceOf(options, context);
    const { config, file, baseDirectory } = findConfig(options, workspace, context);
    const dataset = typeof config.dataset === 'string' ? config.dataset : config.dataset.path;
    const { scan, fault } = await newestScan(workspace, path.resolve(baseDirectory, dataset));
    const text = readFileSync(file, 'utf8');
    const problems = checkPipeline({ config, scan }).map((problem) => {
      const { line, column } = locate(text, problem.place);
      return { ...problem, line, column };
    });
    const shown = path.relative(context.currentDirectory, file) || file;
    if (options.json) sayJson(context.output, { file, scanned: scan !== null, scanFault: fault, problems });
    else if (problems.length === 0) say(context.output, 'Nothing to object to.');
    else {
      for (const { severity, message, fix, line, column } of problems) {
        say(context.output, `${shown}:${line}:${column}: ${words[severity]}: ${message} ${fix}`);
      }
    }
    if (scan === null && !options.json) {
      say(context.errorOutput, fault ?? 'Of the images nothing is known yet: "upsize scan" looks through them.');
    }
    if (problems.some(({ severity }) => severity === 'error')) context.exitCode = exitCodes.failed;
  });
}

/** The config is checked with or without a scan; where there is one that cannot be read, `fault` says so. */
async function newestScan(workspace: string, source: string) {
  try {
    const scan = await readScan(workspace, source);
    return { scan: scan && scanSummary(scan), fault: null };
  } catch (error) {
    return { scan: null, fault: error instanceof Error ? error.message : String(error) };
  }
}
