import path from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { scanDataset } from '../dataset/scanDataset.ts';
import { configSchema, effectiveDatasetSchema, type Config } from '../protocol/config.ts';
import { bytesText, countText } from '../protocol/numberFormats.ts';
import { scanSummary, type Distribution, type Scan, type ScannedClass } from '../protocol/scan.ts';
import { exitCodes, say, sayJson, type CommandContext } from './commandContext.ts';
import { addCommonOptions, commonOptionsSchema, workspaceOf } from './commonOptions.ts';
import { findConfig } from './findConfig.ts';
import { PhaseProgress } from './phaseProgress.ts';
import { textTable } from './textTable.ts';

const optionsSchema = commonOptionsSchema.extend({
  all: z.boolean().default(false),
  dataset: z.string().optional(),
  problems: z.boolean().default(false),
  summary: z.boolean().default(false),
});
const mostProblems = 20;

/** `upsize scan`: everything about the images of a data set. Ends with 1 where training would be refused. */
export function defineScan(command: Command, context: CommandContext): void {
  addCommonOptions(command)
    .option('--dataset <path>', 'another folder or CSV file than the config names')
    .option('--all', `list every problem, not only the first ${mostProblems}`)
    .option('--problems', 'print one line a problem, as compilers do: path:1:1: severity: message')
    .option('--summary', 'with --json: without the lists of images')
    .action(async () => {
      const options = optionsSchema.parse(command.opts());
      const workspace = workspaceOf(options, context);
      const { config, baseDirectory, file } =
        options.dataset === undefined
          ? findConfig(options, workspace, context)
          : {
              config: configSchema.parse({ dataset: options.dataset }),
              baseDirectory: context.currentDirectory,
              file: null,
            };
      const scan = await scanNow(config, baseDirectory, workspace, context);
      if (options.json) sayJson(context.output, options.summary ? scanSummary(scan) : scan);
      else if (options.problems) for (const line of problemLines(scan, workspace, file)) say(context.output, line);
      else for (const line of scanLines(scan, options.all)) say(context.output, line);
      if (scan.problems.some(({ severity }) => severity === 'error')) context.exitCode = exitCodes.failed;
    });
}

async function scanNow(
  config: Config,
  baseDirectory: string,
  workspace: string,
  context: CommandContext,
): Promise<Scan> {
  const progress = new PhaseProgress(context);
  const abort = new AbortController();
  const stopListening = context.onInterrupt(() =>
    abort.abort(new Error('Left. Nothing was lost; the next scan goes on.')),
  );
  try {
    return await scanDataset({
      options: effectiveDatasetSchema.parse(
        typeof config.dataset === 'string' ? { path: config.dataset } : config.dataset,
      ),
      baseDirectory,
      workspace,
      sizes: config.stages.map(({ size }) => size),
      seed: config.seed,
      cacheBytes: config.cacheBytes,
      signal: abort.signal,
      onAnnounce: ({ message }) => {
        progress.end();
        say(context.errorOutput, message);
      },
      onProgress: (done, total, phase) => progress.update(phase, done, total),
    });
  } finally {
    stopListening();
    progress.end();
  }
}

function range({ min, median, max }: Distribution, text: (value: number) => string): string {
  return `${text(min)} to ${text(max)}, median ${text(median)}`;
}

function blankIfNone(count: number): string {
  return count === 0 ? '' : countText(count);
}

/** A scan as people read it. */
export function scanLines(scan: Scan, all: boolean): string[] {
  const { classes, images, problems, sizes, tooSmall } = scan;
  const total = images.file.length - scan.excluded.length;
  const lines = [
    `${countText(total)} images of ${classes.length} classes in ${scan.source}`,
    '',
    ...textTable<ScannedClass>(
      [
        { head: 'class', cell: ({ name }) => name },
        { head: 'images', align: 'right', cell: (one) => countText(one.images) },
        { head: 'train', align: 'right', cell: (one) => countText(one.train) },
        { head: 'validation', align: 'right', cell: (one) => countText(one.validation) },
        { head: 'test', align: 'right', cell: (one) => blankIfNone(one.test) },
        { head: 'copies', align: 'right', cell: (one) => blankIfNone(one.duplicates + one.nearDuplicates) },
        { head: 'grey', align: 'right', cell: (one) => blankIfNone(one.grey) },
        { head: 'left out', align: 'right', cell: (one) => blankIfNone(one.leftOut) },
      ],
      classes,
    ),
    '',
    `width   ${range(scan.width, countText)} px`,
    `height  ${range(scan.height, countText)} px`,
    `file    ${range(scan.bytes, bytesText)}`,
  ];
  const share = (count: number) => `${total === 0 ? 0 : Math.round((100 * (total - count)) / total)} %`;
  lines.push(`large enough for ${sizes.map((size, index) => `${size} px: ${share(tooSmall[index] ?? 0)}`).join(', ')}`);
  if (scan.suggestedSizes.length > 0) lines.push(`sizes that suit these images: ${scan.suggestedSizes.join(', ')}`);
  if (scan.relabelled + scan.excluded.length > 0) {
    lines.push(`labels file: ${countText(scan.relabelled)} relabelled, ${countText(scan.excluded.length)} excluded`);
  }
  if (problems.length > 0) {
    const severe = [...problems].sort((a, b) => rank[a.severity] - rank[b.severity]);
    const shown = all ? severe : severe.slice(0, mostProblems);
    lines.push('', `${countText(problems.length)} ${problems.length === 1 ? 'problem' : 'problems'}:`);
    lines.push(...shown.map(({ severity, message }) => `  ${signs[severity]} ${message}`));
    if (shown.length < severe.length)
      lines.push(`  … and ${countText(severe.length - shown.length)} more; --all lists them.`);
  }
  return lines;
}

/**
 * The problems of a scan as a problem matcher reads them, the severest first: `path:1:1: severity: message`, the path relative to
 * the workspace folder where it lies within. What is about no file stands at the config, else at the data set.
 */
export function problemLines(scan: Scan, workspace: string, config: string | null): string[] {
  const place = (file: string | null) => {
    const absolute = file === null ? (config ?? scan.source) : path.join(scan.root, file);
    const relative = path.relative(workspace, absolute);
    return relative.startsWith('..') || path.isAbsolute(relative) ? absolute : relative;
  };
  return [...scan.problems]
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .map(({ file, severity, message }) => `${place(file)}:1:1: ${words[severity]}: ${message.replace(/\s+/g, ' ')}`);
}

/** As VS Code and compilers spell them. */
const words = { error: 'error', warning: 'warning', information: 'info' } as const;
const rank = { error: 0, warning: 1, information: 2 } as const;
const signs = { error: '✗', warning: '!', information: '·' } as const;
